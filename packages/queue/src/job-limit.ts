/** How much of the mean one job counts for. */
const NEW_SHARE = 1 / 8;

/** Jobs that have given way, at most: others are taken in their place. */
const MOST_ASIDE = 100;

/**
 * How many jobs a worker has in hand, so that together they contain about `capacity` deliveries, and are two at least:
 * one is read or recorded while another is sent. Jobs contain one delivery or hundreds, and only a job that was taken
 * tells; so the mean of the last ones decides. Those that only wait for something slow do not count: otherwise a few
 * would keep all others out.
 */
export class JobLimit {
  readonly #capacity: number;
  readonly #onChange: (jobs: number) => void;
  #mean: number;
  #aside = 0;

  /** `expected`: what a job contains, until some were seen. `onChange`: called with the jobs to have in hand. */
  constructor(capacity: number, expected: number, onChange: (jobs: number) => void) {
    this.#capacity = capacity;
    this.#mean = expected;
    this.#onChange = onChange;
  }

  /** Counts a job that was taken. */
  see(size: number): void {
    this.#mean += (size - this.#mean) * NEW_SHARE;
    this.#onChange(this.jobs);
  }

  /** A job in hand no longer counts. Call the result when it ends. */
  setAside(): () => void {
    this.#aside++;
    this.#onChange(this.jobs);
    return () => {
      this.#aside--;
      this.#onChange(this.jobs);
    };
  }

  /** Jobs to have in hand. */
  get jobs(): number {
    return Math.max(2, Math.round(this.#capacity / this.#mean)) + Math.min(this.#aside, MOST_ASIDE);
  }
}
