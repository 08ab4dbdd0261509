/**
 * How long the locks of the jobs in hand are certainly ours, by the monotonic clock. A lock that is lost is otherwise
 * noticed at the next renewal only, which a process that stood still has missed as well.
 */
export class Leases {
  readonly #durationMs: number;
  readonly #since = new Map<string, number>();

  constructor(durationMs: number) {
    this.#durationMs = durationMs;
  }

  /** Runs what works on a job whose lock was taken just now. */
  async hold<T>(id: string, act: () => Promise<T>): Promise<T> {
    this.#since.set(id, performance.now());
    try {
      return await act();
    } finally {
      this.#since.delete(id);
    }
  }

  /** The locks of these jobs have been renewed. */
  renew(ids: readonly string[]): void {
    const now = performance.now();
    for (const id of ids) if (this.#since.has(id)) this.#since.set(id, now);
  }

  /** Whether the lock of a job in hand cannot have run out. */
  isLive(id: string): boolean {
    return performance.now() - (this.#since.get(id) ?? Number.NEGATIVE_INFINITY) < this.#durationMs;
  }
}
