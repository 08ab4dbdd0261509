import type { EventRef, PlannedDelivery } from '@fanfare/core';
import { deliveriesOf, findSlice } from '@fanfare/ledger';
import type { DeliveryJob } from '@fanfare/queue';
import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import type { LedgerReader } from './ledger-reader.ts';

/** Deliveries kept, over all slices: a slice's packs arrive together, so each slice is read once. */
const CAPACITY = 100_000;

/** A slice to read. */
interface SliceRef extends EventRef {
  slice: number;
}

/** Caches the deliveries of planned slices, which never change; evicts the least recently used. */
export class PlanCache {
  readonly #redis: Redis;
  readonly #ledger: LedgerReader;
  readonly #slices = new LRUCache<string, readonly PlannedDelivery[], SliceRef>({
    maxSize: CAPACITY,
    // A slice larger than the cache is kept alone.
    sizeCalculation: (deliveries) => Math.min(deliveries.length + 1, CAPACITY),
    fetchMethod: (_key, _stale, { context }) => this.#read(context),
    // A slice evicted while it is read still reaches its waiters.
    ignoreFetchAbort: true,
  });

  constructor(redis: Redis, ledger: LedgerReader) {
    this.#redis = redis;
    this.#ledger = ledger;
  }

  /** The deliveries of a job's slice; undefined if the record of the event has expired. */
  async get(ref: EventRef, { slice, ordinal }: DeliveryJob): Promise<readonly PlannedDelivery[] | undefined> {
    const number = slice ?? (await findSlice(this.#redis, ref, ordinal));
    if (number === undefined) return undefined;
    return this.#slices.fetch(`${ref.key} ${number}`, { context: { ...ref, slice: number } });
  }

  async #read({ slice: number, ...ref }: SliceRef): Promise<readonly PlannedDelivery[] | undefined> {
    const slice = await this.#ledger.slice(ref, number);
    return slice && deliveriesOf(slice);
  }
}
