/**
 * What is pending, in the order of its deadlines, which must be that of `add`. One timer serves all, set for the
 * oldest: a timer for each would cost more than what it watches.
 */
export class DeadlineQueue<T> {
  readonly #expire: (pending: T) => void;
  /** What is pending, and its deadline by `performance.now()`. */
  readonly #pending = new Map<T, number>();
  #timer: NodeJS.Timeout | undefined;

  /** `expire` is called at the deadline of what is still pending. */
  constructor(expire: (pending: T) => void) {
    this.#expire = expire;
  }

  /** `deadlineAt` by `performance.now()`. */
  add(pending: T, deadlineAt: number): void {
    this.#pending.set(pending, deadlineAt);
    if (this.#timer === undefined) this.#waitUntil(deadlineAt);
  }

  delete(pending: T): void {
    this.#pending.delete(pending);
    if (this.#pending.size === 0) this.close();
  }

  /** Everything that is pending. */
  all(): T[] {
    return [...this.#pending.keys()];
  }

  /** Ends the timer. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** The timer keeps no process alive: what is pending has a socket or a look-up that does. */
  #waitUntil(deadlineAt: number): void {
    const leftMs = Math.max(1, Math.ceil(deadlineAt - performance.now()));
    this.#timer = setTimeout(() => this.#due(), leftMs).unref();
  }

  #due(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const [pending, deadlineAt] of this.#pending) {
      if (deadlineAt > now) {
        this.#waitUntil(deadlineAt);
        return;
      }
      this.#pending.delete(pending);
      this.#expire(pending);
    }
  }
}
