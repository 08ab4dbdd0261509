import type { Answer } from './exchange.ts';

/** Whether a request that was not answered can have been processed; `no` may be sent again without harm. */
export type Processed = 'no' | 'maybe';

/** A request that got no complete answer. */
export interface Unanswered {
  ok: false;
  /** `no`: sending it again cannot lead to two notifications. */
  processed: Processed;
  /** Carries the code of a system, TLS or HTTP/2 error; `EAGAIN` when the pool is full, `ECANCELED` when it is closed. */
  error: Error;
  /** How long from now the pool will not even try to connect. */
  retryAfterMs: number;
}

/** What came of a request. `connection.retire()` keeps further requests from the connection that gave this answer. */
export type PoolResult = { ok: true; answer: Answer; connection: { retire(): void } } | Unanswered;
