import type { Cancellable, Http2Request } from './connection.ts';
import type { PoolResult } from './result.ts';
import type { PooledSession } from './session.ts';

/** The two ends of the promise for a result. */
interface Settle {
  resolve(result: PoolResult): void;
  reject(error: unknown): void;
}

/** A request on its way through the pool. */
export class PendingRequest {
  readonly request: Http2Request;
  readonly deadlineAt: number;
  readonly #settle: Settle;
  finished = false;
  /** Set while it is in flight. */
  stream: Cancellable | undefined;
  resends = 0;
  /** The session that refused it. */
  avoid: PooledSession<PendingRequest> | undefined;

  constructor(request: Http2Request, deadlineAt: number, settle: Settle) {
    this.request = request;
    this.deadlineAt = deadlineAt;
    this.#settle = settle;
  }

  /** The first result counts. */
  finish(result: PoolResult): void {
    this.finished = true;
    this.#settle.resolve(result);
  }

  /** It ends with an exception. */
  throw(error: unknown): void {
    this.finished = true;
    this.#settle.reject(error);
  }
}
