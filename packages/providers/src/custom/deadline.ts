import { DeadlineQueue } from '../wire/deadline-queue.ts';

/** The time for one attempt has run out. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';

  constructor(timeoutMs: number) {
    super(`There was no complete answer within ${timeoutMs} ms.`);
  }
}

/** Work that ends at its deadline, whatever it waits for. */
export interface Expiring {
  expire(error: DeadlineError): void;
}

/** The deadlines of all work that may take `timeoutMs`. As it is the same for all, the oldest work is due first. */
export class Deadlines {
  readonly #timeoutMs: number;
  readonly #pending: DeadlineQueue<Expiring>;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#pending = new DeadlineQueue((work) => work.expire(new DeadlineError(timeoutMs)));
  }

  /** The work expires `timeoutMs` from now, unless it is removed before. */
  add(work: Expiring): void {
    this.#pending.add(work, performance.now() + this.#timeoutMs);
  }

  /** The work has ended. */
  remove(work: Expiring): void {
    this.#pending.delete(work);
  }
}
