import type { Logger } from '@fanfare/runtime';
import { reasonOf } from './archive-url.ts';

/** How long to pause after failures, at first and at most. */
export interface BackoffTimes {
  backoffMs: number;
  longestBackoffMs: number;
}

/** Whether a part of the archive works. Logs once when it fails, and once when it works again. */
export class Outage {
  readonly #log: Logger;
  readonly #events: { down: string; up: string };
  readonly #times: BackoffTimes;
  #failures = 0;
  #reason: string | undefined;

  constructor(log: Logger, events: { down: string; up: string }, times: BackoffTimes) {
    this.#log = log;
    this.#events = events;
    this.#times = times;
  }

  /** Why it fails; undefined while it works. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** How long to wait before the next attempt; 0 while it works. */
  get pauseMs(): number {
    const { backoffMs, longestBackoffMs } = this.#times;
    return this.#failures === 0 ? 0 : Math.min(backoffMs * 2 ** (this.#failures - 1), longestBackoffMs);
  }

  works(): void {
    if (this.#reason !== undefined) this.#log.info({ failures: this.#failures }, this.#events.up);
    this.#failures = 0;
    this.#reason = undefined;
  }

  fails(error: unknown): void {
    const reason = reasonOf(error);
    if (this.#reason === undefined) this.#log.warn({ reason }, this.#events.down);
    this.#failures += 1;
    this.#reason = reason;
  }
}
