import { contentKeptMs, DEFAULT_SETTINGS } from '@fanfare/core';
import type { AppCache } from '@fanfare/store';

/** How long an app's time is used before it is read again. */
const FRESH_MS = 60_000;

/**
 * How long apps keep the content of messages. Remembers it for a minute: the sweeper asks for every app with messages
 * at every run, and no one waits for the answer.
 */
export class ContentTimes {
  readonly #apps: AppCache;
  readonly #now: () => number;
  readonly #known = new Map<string, number>();
  #since = 0;

  constructor(apps: AppCache, now: () => number) {
    this.#apps = apps;
    this.#now = now;
  }

  /** How long content is kept, counted from its receipt, ms; for a deleted app, the default. */
  async of(appId: string): Promise<number> {
    if (this.#now() - this.#since >= FRESH_MS) {
      this.#known.clear();
      this.#since = this.#now();
    }
    const known = this.#known.get(appId);
    if (known !== undefined) return known;
    const bundle = await this.#apps.get(appId, 0);
    const keptMs = contentKeptMs(bundle?.app.settings ?? DEFAULT_SETTINGS);
    this.#known.set(appId, keptMs);
    return keptMs;
  }
}
