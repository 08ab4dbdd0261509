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

/**
 * The deadlines of all work that may take `timeoutMs`. As it is the same for all, the oldest work is due first, and one
 * timer, set for the oldest, serves them all: under load it fires once per `timeoutMs`, not once per work.
 */
export class Deadlines {
  readonly #timeoutMs: number;
  /** When each work is due, the oldest first. */
  readonly #due = new Map<Expiring, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** The work expires `timeoutMs` from now, unless it is removed before. */
  add(work: Expiring): void {
    this.#due.set(work, performance.now() + this.#timeoutMs);
    this.#timer ??= setTimeout(() => this.#fire(), this.#timeoutMs);
  }

  /** The work has ended. */
  remove(work: Expiring): void {
    this.#due.delete(work);
    if (this.#due.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #fire(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const [work, dueAt] of this.#due) {
      if (dueAt > now) {
        this.#timer = setTimeout(() => this.#fire(), dueAt - now);
        return;
      }
      this.#due.delete(work);
      work.expire(new DeadlineError(this.#timeoutMs));
    }
  }
}
