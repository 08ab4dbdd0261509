import type { Answer } from './connection.ts';

/** Whether an unanswered request can have been processed; `no`: it may safely be sent again. */
export type Processed = 'no' | 'maybe';

/** A request that got no complete answer. */
export interface Unanswered {
  ok: false;
  /** `no`: sending it again cannot cause two notifications. */
  processed: Processed;
  /** Has the code of a system, TLS or HTTP/2 error; `EAGAIN` when the pool is full, `ECANCELED` when it is closed. */
  error: Error;
  /** How long from now the pool will not attempt to connect. */
  retryAfterMs: number;
}

/** The result of a request. `connection.retire()` keeps further requests off the connection that gave this answer. */
export type PoolResult = { ok: true; answer: Answer; connection: { retire(): void } } | Unanswered;
