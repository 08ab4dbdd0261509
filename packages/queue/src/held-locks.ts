/** The lock of an active job. */
export interface HeldLock {
  lockKey: string;
  /** The set in which BullMQ suspects jobs of having lost their worker; a renewal takes the job off. */
  stalledKey: string;
  id: string;
  token: string;
  /** When it was last certainly ours, by the monotonic clock. */
  since: number;
}

export interface HeldLocksOptions {
  /** BullMQ's key of a job id, or of a list of the queue. */
  toKey(id: string): string;
  durationMs: number;
  /** Called with the jobs in hand whose lock is no longer ours. */
  onLost(ids: readonly string[]): void;
}

/**
 * Tracks, by the monotonic clock, how long the locks of a worker's active jobs are certainly ours. Otherwise a lost
 * lock is only noticed at the next renewal, which a process that was suspended has missed as well.
 */
export class HeldLocks {
  readonly #options: HeldLocksOptions;
  readonly #active = new Map<string, HeldLock>();

  constructor(options: HeldLocksOptions) {
    this.#options = options;
  }

  /** Has the lock of a job renewed that was taken at `since`, by the monotonic clock. */
  begin(id: string, token: string, since: number): HeldLock {
    const { toKey } = this.#options;
    const lock = { lockKey: `${toKey(id)}:lock`, stalledKey: toKey('stalled'), id, token, since };
    this.#active.set(id, lock);
    return lock;
  }

  /** No longer has a lock renewed, unless the job was taken again. */
  release(id: string, token: string): void {
    if (this.#active.get(id)?.token === token) this.#active.delete(id);
  }

  /** Runs the work on a job, and has its lock renewed meanwhile; it was just taken if it is not known. */
  async hold<T>(id: string, token: string, act: () => Promise<T>): Promise<T> {
    if (this.#active.get(id)?.token !== token) this.begin(id, token, performance.now());
    try {
      return await act();
    } finally {
      this.release(id, token);
    }
  }

  /** How long a lock lasts without renewal. */
  get durationMs(): number {
    return this.#options.durationMs;
  }

  /** The locks last renewed before `time`. */
  olderThan(time: number): HeldLock[] {
    return [...this.#active.values()].filter(({ since }) => since < time);
  }

  /** Records that these locks are lost, each reported once; of jobs that have ended meanwhile it is no news. */
  lose(lost: readonly HeldLock[]): void {
    const ids = lost.filter((lock) => this.#active.get(lock.id) === lock).map(({ id }) => id);
    for (const id of ids) this.#active.delete(id);
    if (ids.length > 0) this.#options.onLost(ids);
  }

  /**
   * Whether the lock that was taken with this token cannot have expired. A process that was held up may take a job
   * again that it still works on.
   */
  isLive(id: string, token: string): boolean {
    const lock = this.#active.get(id);
    return lock?.token === token && performance.now() - lock.since < this.#options.durationMs;
  }

  /** Gives all locks up: they expire. */
  abandon(): void {
    this.#active.clear();
  }
}
