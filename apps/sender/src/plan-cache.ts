import type { EventRef, PlannedDelivery } from '@fanfare/core';
import { deliveriesOf, findSlice } from '@fanfare/ledger';
import type { DeliveryJob } from '@fanfare/queue';
import type { Redis } from 'ioredis';
import type { LedgerReader } from './ledger-reader.ts';
import { ReadOnce } from './read-once.ts';

/** Deliveries kept, over all slices: a slice's packs arrive together, so each slice is read once. */
const CAPACITY = 100_000;

/** Caches the deliveries of planned slices, which never change; evicts the least recently used. */
export class PlanCache {
  readonly #redis: Redis;
  readonly #ledger: LedgerReader;
  readonly #slices = new ReadOnce<readonly PlannedDelivery[]>({
    maxSize: CAPACITY,
    // A slice larger than the cache is kept alone.
    sizeCalculation: (deliveries) => Math.min(deliveries.length + 1, CAPACITY),
  });

  constructor(redis: Redis, ledger: LedgerReader) {
    this.#redis = redis;
    this.#ledger = ledger;
  }

  /** The deliveries of a job's slice; undefined if the record of the event has expired. */
  async get(ref: EventRef, { slice, ordinal }: DeliveryJob): Promise<readonly PlannedDelivery[] | undefined> {
    const number = slice ?? (await findSlice(this.#redis, ref, ordinal));
    if (number === undefined) return undefined;
    return this.#slices.get(`${ref.key} ${number}`, () => this.#read(ref, number));
  }

  async #read(ref: EventRef, number: number): Promise<readonly PlannedDelivery[] | undefined> {
    const slice = await this.#ledger.slice(ref, number);
    return slice && deliveriesOf(slice);
  }
}
