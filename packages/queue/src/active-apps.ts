/** How long an app counts as active after its last job was begun, ms. */
const ACTIVE_MS = 10_000;

/** Which apps have had jobs lately. */
export class ActiveApps {
  readonly #now: () => number;
  /** When each had its last one; the one longest ago first. */
  readonly #apps = new Map<string, number>();

  /** `now`: ms, only ever forward. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Notes that a job of an app begins, and forgets those that have had none for a while. */
  note(appId: string): void {
    const now = this.#now();
    this.#apps.delete(appId);
    this.#apps.set(appId, now);
    for (const [other, at] of this.#apps) {
      if (now - at < ACTIVE_MS) break;
      this.#apps.delete(other);
    }
  }

  /** Whether more than one is active. */
  get areSeveral(): boolean {
    return this.#apps.size > 1;
  }
}
