/** How much of the mean one job counts for. */
const NEW_SHARE = 1 / 8;

/**
 * How many jobs a worker has in hand, so that together they contain about `capacity` deliveries, and are two at least:
 * one is read or recorded while another is sent. Jobs contain one delivery or hundreds, and only a job that was taken
 * tells; so the mean of the last ones decides.
 */
export class JobLimit {
  readonly #capacity: number;
  #mean: number;

  /** `expected`: what a job contains, until some were seen. */
  constructor(capacity: number, expected: number) {
    this.#capacity = capacity;
    this.#mean = expected;
  }

  /** Counts a job that was taken. */
  see(size: number): void {
    this.#mean += (size - this.#mean) * NEW_SHARE;
  }

  /** Jobs to have in hand. */
  get jobs(): number {
    return Math.max(2, Math.round(this.#capacity / this.#mean));
  }
}
