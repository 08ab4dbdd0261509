/** Requests that a session may make in a minute: pages that refresh themselves need a fraction of it. */
const MAX_PER_MINUTE = 1200;
const WINDOW_MS = 60_000;

/** Limits the requests of each session, in this process. */
export class RequestLimit {
  readonly #now: () => number;
  #counts = new Map<string, number>();
  #until = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts a request. Returns the seconds to wait if the session has none left, else 0. */
  take(session: string): number {
    const now = this.#now();
    if (now >= this.#until) {
      this.#counts = new Map();
      this.#until = now + WINDOW_MS;
    }
    const taken = (this.#counts.get(session) ?? 0) + 1;
    this.#counts.set(session, taken);
    return taken > MAX_PER_MINUTE ? Math.max(1, Math.ceil((this.#until - now) / 1000)) : 0;
  }
}
