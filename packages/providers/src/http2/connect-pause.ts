const BASE_MS = 250;
const CAP_MS = 5000;

/** The growing pause between attempts to connect to an origin that is down. */
export class ConnectPause {
  readonly #now: () => number;
  readonly #random: () => number;
  #failures = 0;
  #until = 0;

  constructor({ now, random }: { now: () => number; random: () => number }) {
    this.#now = now;
    this.#random = random;
  }

  /** Milliseconds until the next attempt; 0 when it may be made. */
  get leftMs(): number {
    return Math.max(0, this.#until - this.#now());
  }

  /** Records a failed attempt: a pause of half to all of 250 ms, 500 ms, … 5 s. */
  failed(): void {
    const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#until = this.#now() + Math.round(ceiling * (0.5 + this.#random() / 2));
  }

  succeeded(): void {
    this.#failures = 0;
    this.#until = 0;
  }
}
