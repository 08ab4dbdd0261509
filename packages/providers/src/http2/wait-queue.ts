/** What can wait in a line: it may be settled (given up, out of time) while it waits. */
interface Waiter {
  settled: boolean;
}

/** A bounded first-in first-out line. Who is settled while waiting says so by `left` and is passed over later. */
export class WaitQueue<T extends Waiter> {
  readonly #capacity: number;
  #waiters: T[] = [];
  #length = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get isFull(): boolean {
    return this.#length >= this.#capacity;
  }

  push(waiter: T): void {
    this.#length += 1;
    this.#waiters.push(waiter);
  }

  /** Back to the head of the line, whether or not it is full: for who had been served and must be again. */
  unshift(waiter: T): void {
    this.#length += 1;
    this.#waiters.unshift(waiter);
  }

  /** A waiter was settled. */
  left(): void {
    this.#length -= 1;
  }

  /** Whose turn it is. */
  first(): T | undefined {
    while (this.#waiters[0]?.settled) this.#waiters.shift();
    return this.#waiters[0];
  }

  /** Takes out the one `first` has named. */
  shift(): void {
    this.#waiters.shift();
    this.#length -= 1;
  }

  /** Takes out everybody. */
  takeAll(): T[] {
    const waiters = this.#waiters.filter(({ settled }) => !settled);
    this.#waiters = [];
    this.#length = 0;
    return waiters;
  }
}
