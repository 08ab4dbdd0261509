import { LRUCache } from 'lru-cache';

const WINDOW_MS = 60_000;

/** Maximum number of addresses kept; the least recently seen are dropped, so that a flood cannot exhaust memory. */
const MAX_ADDRESSES = 10_000;

/** Limits failed authentications per address and minute, against brute-force guessing. Counts per process. */
export class FailureLimit {
  readonly #max: number;
  readonly #now: () => number;
  readonly #windows = new LRUCache<string, { failures: number; endsAt: number }>({ max: MAX_ADDRESSES });

  /** `max` 0: no limit. */
  constructor(max: number, now: () => number) {
    this.#max = max;
    this.#now = now;
  }

  /** Seconds this address must wait before trying again; 0 if it may try now. */
  retryAfterS(address: string): number {
    const window = this.#windows.get(address);
    if (this.#max === 0 || !window || window.failures < this.#max) return 0;
    return Math.max(0, Math.ceil((window.endsAt - this.#now()) / 1000));
  }

  /** Counts a failure. */
  fail(address: string): void {
    const now = this.#now();
    const window = this.#windows.get(address);
    if (window && window.endsAt > now) {
      window.failures++;
      return;
    }
    this.#windows.set(address, { failures: 1, endsAt: now + WINDOW_MS });
  }
}
