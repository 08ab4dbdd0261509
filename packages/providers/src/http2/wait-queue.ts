/** An item that can wait in the queue; it may finish (given up, timed out) while it waits. */
interface Waiter {
  finished: boolean;
}

/** A bounded FIFO queue. An item that finishes while waiting is reported by `left` and skipped later. */
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

  /** Returns an item to the head of the queue, even if it is full: it had its turn and must be sent again. */
  unshift(waiter: T): void {
    this.#length += 1;
    this.#waiters.unshift(waiter);
  }

  /** A waiting item has finished. */
  left(): void {
    this.#length -= 1;
  }

  /** The next item. */
  first(): T | undefined {
    while (this.#waiters[0]?.finished) this.#waiters.shift();
    return this.#waiters[0];
  }

  /** Removes the item that `first` returned. */
  shift(): void {
    this.#waiters.shift();
    this.#length -= 1;
  }

  /** Removes all items. */
  takeAll(): T[] {
    const waiters = this.#waiters.filter(({ finished }) => !finished);
    this.#waiters = [];
    this.#length = 0;
    return waiters;
  }
}
