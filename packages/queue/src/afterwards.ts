/** What is left to do once a job is gone, so that nothing finds the id of the job taken. */
export class Afterwards {
  readonly #acts = new WeakMap<object, () => Promise<void>>();
  readonly #running = new Set<Promise<void>>();
  readonly #onError: (error: Error) => void;

  /** `onError` is called with what an act throws. */
  constructor(onError: (error: Error) => void) {
    this.#onError = onError;
  }

  /** Remembers an act for when this job is gone. */
  add(job: object, act: () => Promise<void>): void {
    this.#acts.set(job, act);
  }

  /** Does what was remembered for a job that is gone now. */
  run(job: object): void {
    const act = this.#acts.get(job);
    if (!act) return;
    const running = act()
      .catch(this.#onError)
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Resolves when everything that has begun has ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#running);
  }
}
