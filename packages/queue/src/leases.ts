/**
 * Tracks, by the monotonic clock, how long the locks of active jobs are certainly ours. Otherwise a lost lock is only
 * noticed at the next renewal, which a process that was suspended has missed as well.
 */
export class Leases {
  readonly #durationMs: number;
  readonly #since = new Map<string, number>();

  constructor(durationMs: number) {
    this.#durationMs = durationMs;
  }

  /** Runs the work on a job whose lock was just taken. */
  async hold<T>(id: string, act: () => Promise<T>): Promise<T> {
    this.#since.set(id, performance.now());
    try {
      return await act();
    } finally {
      this.#since.delete(id);
    }
  }

  /** Records that the locks of these jobs have been renewed. */
  renew(ids: readonly string[]): void {
    const now = performance.now();
    for (const id of ids) if (this.#since.has(id)) this.#since.set(id, now);
  }

  /** Whether the lock of an active job cannot have expired. */
  isLive(id: string): boolean {
    return performance.now() - (this.#since.get(id) ?? Number.NEGATIVE_INFINITY) < this.#durationMs;
  }
}
