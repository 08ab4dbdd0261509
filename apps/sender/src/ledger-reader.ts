import type { AcceptedEvent, DeliveryState, EventRef } from '@fanfare/core';
import { type LedgerAnswers, type LedgerRead, type PlannedSlice, readTogether } from '@fanfare/ledger';
import type { Redis } from 'ioredis';

interface Waiting {
  read: LedgerRead;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/** Reads what all packs that start in the same turn of the event loop need of their events together, by shard. */
export class LedgerReader {
  readonly #redis: Redis;
  #waiting = new Map<number, Waiting[]>();

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** As `readEvent`. */
  event(ref: EventRef): Promise<AcceptedEvent | undefined> {
    return this.#read(ref.shard, { kind: 'event', key: ref.key });
  }

  /** As `readSlice`. */
  slice(ref: EventRef, number: number): Promise<PlannedSlice | undefined> {
    return this.#read(ref.shard, { kind: 'slice', key: ref.key, number });
  }

  /** As `readStates`; of one delivery at least. */
  states(ref: EventRef, ordinals: readonly number[]): Promise<DeliveryState[]> {
    return this.#read(ref.shard, { kind: 'states', key: ref.key, ordinals });
  }

  #read<Kind extends LedgerRead['kind']>(
    shard: number,
    read: LedgerRead & { kind: Kind },
  ): Promise<LedgerAnswers[Kind]> {
    return new Promise((resolve, reject) => {
      const one = { read, resolve: resolve as Waiting['resolve'], reject };
      const others = this.#waiting.get(shard);
      if (others) return void others.push(one);
      this.#waiting.set(shard, [one]);
      setImmediate(() => void this.#flush(shard));
    });
  }

  async #flush(shard: number): Promise<void> {
    const all = this.#waiting.get(shard) ?? [];
    this.#waiting.delete(shard);
    try {
      const reads = all.map(({ read }) => read);
      const answers = await readTogether(this.#redis, shard, reads);
      for (const [i, { resolve }] of all.entries()) resolve(answers[i]);
    } catch (error) {
      for (const { reject } of all) reject(error);
    }
  }
}
