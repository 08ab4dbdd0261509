/** How long bodies may take to arrive. */
export interface BodyTimes {
  /** The most that a body may take as a whole, in ms; a stream may take longer. */
  wholeMs: number;
  /** A stream that brings fewer than `leastBytes` in `everyMs` is ended. */
  stream: { everyMs: number; leastBytes: number };
}

/** What holds in production: a minute, and 1 KiB/s for streams. */
export const BODY_TIMES: BodyTimes = { wholeMs: 60_000, stream: { everyMs: 30_000, leastBytes: 30 * 1024 } };
