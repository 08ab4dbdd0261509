import { setTimeout } from 'node:timers/promises';
import type { DeliveryState, EventRef } from '@fanfare/core';
import { type EventSettlements, type Settlement, settle, settleEach } from '@fanfare/ledger';
import type { Redis } from 'ioredis';
import { byShard } from './by-shard.ts';

/** How often, and at what interval, recording a sent delivery is retried. */
const TRIES = 10;
const PAUSE_MS = 500;

/** How long the result of a send may wait for others to be recorded with. A kill then sends again what was waiting. */
const LONGEST_WAIT_MS = 25;

interface RecorderDeps {
  /** The Redis of the ledger. */
  redis: Redis;
  now(): number;
  /** Called after results of an app's deliveries are written. */
  onRecorded(shard: number, appId: string): void;
}

/** A result that is written together with others of its event. */
export interface Recording {
  /** The states before, of all that were written together; none if the record of the event has expired. */
  before: Promise<readonly DeliveryState[]>;
  /** Its place among them. */
  index: number;
}

/** Settlements of one event that wait to be written. */
interface Batch extends EventSettlements {
  settlements: Settlement[];
  before: Promise<readonly DeliveryState[]>;
  resolve(before: readonly DeliveryState[]): void;
  reject(error: unknown): void;
}

/**
 * Records results in the ledger: those of all packs of a shard together in one write, at most 25 ms after they are
 * known. Shards do not wait for each other, since they may be on different servers. A write that fails is repeated,
 * since giving up would mean sending again; the ledger takes a repetition for what it is.
 */
export class Recorder {
  readonly #deps: RecorderDeps;
  #batches = new Map<string, Batch>();
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Immediate | undefined;

  constructor(deps: RecorderDeps) {
    this.#deps = deps;
  }

  /** Records a result with the next write. What it returns rejects when Redis refuses the write repeatedly. */
  record(ref: EventRef, appId: string, settlement: Settlement): Recording {
    let batch = this.#batches.get(ref.key);
    if (!batch) {
      batch = newBatch(ref, appId);
      this.#batches.set(ref.key, batch);
      this.#timer ??= globalThis.setTimeout(() => this.#flush(), LONGEST_WAIT_MS);
    }
    return { before: batch.before, index: batch.settlements.push(settlement) - 1 };
  }

  /** Writes at the end of this turn of the event loop: a pack has ended, and more may end in the same turn. */
  flush(): void {
    this.#soon ??= setImmediate(() => this.#flush());
  }

  #flush(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#soon);
    this.#timer = undefined;
    this.#soon = undefined;
    const all = [...this.#batches.values()];
    this.#batches = new Map();
    for (const batches of byShard(all, ({ ref }) => ref.shard)) void this.#write(batches);
  }

  async #write(batches: readonly Batch[]): Promise<void> {
    const { redis, now } = this.#deps;
    try {
      const answers = await settleEach(redis, batches, now());
      for (const [i, batch] of batches.entries()) this.#recorded(batch, answers[i] ?? []);
    } catch {
      await Promise.all(batches.map((batch) => this.#retry(batch)));
    }
  }

  /** Each on its own, so that one that cannot be written holds up no other. */
  async #retry(batch: Batch): Promise<void> {
    const { redis, now } = this.#deps;
    const { ref, appId, settlements, reject } = batch;
    for (let tries = 2; ; tries++) {
      await setTimeout(PAUSE_MS);
      try {
        return this.#recorded(batch, await settle(redis, ref, appId, settlements, now()));
      } catch (error) {
        if (tries === TRIES) return reject(error);
      }
    }
  }

  #recorded({ ref, appId, resolve }: Batch, before: readonly DeliveryState[]): void {
    resolve(before);
    this.#deps.onRecorded(ref.shard, appId);
  }
}

function newBatch(ref: EventRef, appId: string): Batch {
  let settle: Pick<Batch, 'resolve' | 'reject'> | undefined;
  const before = new Promise<readonly DeliveryState[]>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // The packs await it later; until then a failure must not count as unhandled.
  before.catch(() => undefined);
  return { ref, appId, settlements: [], before, ...(settle as Pick<Batch, 'resolve' | 'reject'>) };
}
