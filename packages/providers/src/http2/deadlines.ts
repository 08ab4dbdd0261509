/** What has a time to end, by `performance.now()`. */
interface Pending {
  readonly deadlineAt: number;
}

/**
 * What is pending, in the order of the deadlines, which must be that of `add`. One timer serves all: a timer for each
 * would cost more than what it watches.
 */
export class Deadlines<T extends Pending> {
  readonly #expire: (pending: T) => void;
  readonly #pending = new Set<T>();
  #timer: NodeJS.Timeout | undefined;

  /** `expire` is called at the deadline of what is still pending. */
  constructor(expire: (pending: T) => void) {
    this.#expire = expire;
  }

  add(pending: T): void {
    this.#pending.add(pending);
    if (this.#timer === undefined) this.#waitFor(pending);
  }

  delete(pending: T): void {
    this.#pending.delete(pending);
  }

  /** Everything that is pending. */
  all(): T[] {
    return [...this.#pending];
  }

  /** Ends the timer. */
  close(): void {
    clearTimeout(this.#timer);
  }

  /** The timer keeps no process alive: a pending request has a socket or a timer that does. */
  #waitFor({ deadlineAt }: T): void {
    const leftMs = Math.max(1, Math.ceil(deadlineAt - performance.now()));
    this.#timer = setTimeout(() => this.#due(), leftMs).unref();
  }

  #due(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const pending of this.#pending) {
      if (pending.deadlineAt > now) {
        this.#waitFor(pending);
        return;
      }
      this.#pending.delete(pending);
      this.#expire(pending);
    }
  }
}
