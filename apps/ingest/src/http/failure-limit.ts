import { LRUCache } from 'lru-cache';

const WINDOW_MS = 60_000;

/** Addresses remembered at most; past that those not seen for longest are forgotten, so that a flood costs no memory. */
const MAX_ADDRESSES = 10_000;

/** Counts failed authentications per address and minute, so that keys cannot be guessed in bulk. Per process. */
export class FailureLimit {
  readonly #max: number;
  readonly #now: () => number;
  readonly #windows = new LRUCache<string, { failures: number; endsAt: number }>({ max: MAX_ADDRESSES });

  /** `max` 0 switches it off. */
  constructor(max: number, now: () => number) {
    this.#max = max;
    this.#now = now;
  }

  /** Seconds this address must wait before it may try again; 0 when it need not. */
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
