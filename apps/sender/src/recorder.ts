import { setTimeout } from 'node:timers/promises';
import type { DeliveryState, EventRef } from '@fanfare/core';
import { type EventSettlements, type Settlement, settle, settleEach } from '@fanfare/ledger';
import type { Redis } from 'ioredis';

/** How often, and at what interval, recording a sent delivery is retried. */
const TRIES = 10;
const PAUSE_MS = 500;

/** How long the result of a send may wait for others to be recorded with. A kill then sends again what was waiting. */
const LONGEST_WAIT_MS = 25;

interface RecorderDeps {
  /** The Redis of the ledger. */
  redis: Redis;
  now(): number;
}

/** Settlements of one event that wait to be written, and who is to be notified of the states before. */
interface Batch extends EventSettlements {
  settlements: Settlement[];
  waiting: { resolve(before: DeliveryState | undefined): void; reject(error: unknown): void }[];
}

/**
 * Records results in the ledger: those of all packs together in one write, at most 25 ms after they are known. A
 * write that fails is repeated, since giving up would mean sending again; the ledger takes a repetition for what it is.
 */
export class Recorder {
  readonly #deps: RecorderDeps;
  #batches = new Map<string, Batch>();
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Immediate | undefined;

  constructor(deps: RecorderDeps) {
    this.#deps = deps;
  }

  /**
   * Records a result with the next write. Resolves to the delivery's state before, or undefined if the record of the
   * event has expired.
   * @throws when Redis refuses the write repeatedly.
   */
  record(ref: EventRef, appId: string, settlement: Settlement): Promise<DeliveryState | undefined> {
    const batch = this.#batches.get(ref.key) ?? { ref, appId, settlements: [], waiting: [] };
    this.#batches.set(ref.key, batch);
    this.#timer ??= globalThis.setTimeout(() => this.#flush(), LONGEST_WAIT_MS);
    return new Promise((resolve, reject) => {
      batch.settlements.push(settlement);
      batch.waiting.push({ resolve, reject });
    });
  }

  /** Writes at the end of this turn of the event loop: a pack has ended, and more may end in the same turn. */
  flush(): void {
    this.#soon ??= setImmediate(() => this.#flush());
  }

  #flush(): void {
    clearTimeout(this.#timer);
    if (this.#soon) clearImmediate(this.#soon);
    this.#timer = undefined;
    this.#soon = undefined;
    const batches = [...this.#batches.values()];
    this.#batches = new Map();
    if (batches.length > 0) void this.#write(batches);
  }

  async #write(batches: readonly Batch[]): Promise<void> {
    const { redis, now } = this.#deps;
    try {
      const answers = await settleEach(redis, batches, now());
      for (const [i, batch] of batches.entries()) answer(batch, answers[i] ?? []);
    } catch {
      await Promise.all(batches.map((batch) => this.#retry(batch)));
    }
  }

  /** Each on its own, so that one that cannot be written holds up no other. */
  async #retry(batch: Batch): Promise<void> {
    const { redis, now } = this.#deps;
    for (let tries = 2; ; tries++) {
      await setTimeout(PAUSE_MS);
      try {
        answer(batch, await settle(redis, batch.ref, batch.appId, batch.settlements, now()));
        return;
      } catch (error) {
        if (tries < TRIES) continue;
        for (const { reject } of batch.waiting) reject(error);
        return;
      }
    }
  }
}

function answer({ waiting }: Batch, before: readonly DeliveryState[]): void {
  for (const [i, { resolve }] of waiting.entries()) resolve(before[i]);
}
