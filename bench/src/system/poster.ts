import { setTimeout as delay } from 'node:timers/promises';
import type { Tenant } from './tenant.ts';

const BATCH = 100;
/** Requests at a time. */
const REQUESTS = 4;
/** A caller would wait for `Retry-After`, which is seconds. */
const AGAIN_MS = 500;

/** Numbers of events. */
interface Range {
  from: number;
  size: number;
}

/**
 * Posts events in batches, and counts the requests that are refused because Redis is too full, and those that failed
 * because it did not answer in time. Both are repeated.
 */
export class Poster {
  accepted = 0;
  refused = 0;
  failed = 0;
  #next = 0;
  readonly #again: Range[] = [];
  readonly #tenant: Tenant;
  readonly #event: (n: number) => object;

  constructor(tenant: Tenant, event: (n: number) => object) {
    this.#tenant = tenant;
    this.#event = event;
  }

  /** Posts up to so many events, several requests at a time, first those that were refused. */
  async post(count: number): Promise<void> {
    const ranges: Range[] = [];
    for (let left = count; left > 0 && ranges.length < REQUESTS; left -= BATCH) ranges.push(this.#take(left));
    const before = this.refused + this.failed;
    await Promise.all(ranges.map((range) => this.#batch(range)));
    if (this.refused + this.failed > before) await delay(AGAIN_MS);
  }

  #take(most: number): Range {
    const again = this.#again.pop();
    if (again) return again;
    const range = { from: this.#next, size: Math.min(BATCH, most) };
    this.#next += range.size;
    return range;
  }

  async #batch(range: Range): Promise<void> {
    try {
      const events = Array.from({ length: range.size }, (_, i) => this.#event(range.from + i));
      await this.#tenant.api.post('/v3/events', events);
      this.accepted += range.size;
    } catch (error) {
      const { message } = error as Error;
      if (message.includes('ERR_OVERLOADED')) this.refused += 1;
      else if (message.includes('ERR_UNAVAILABLE')) this.failed += 1;
      else throw error;
      this.#again.push(range);
    }
  }
}
