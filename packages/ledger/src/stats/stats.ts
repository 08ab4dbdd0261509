import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { addStats } from './store.ts';

/** How often what was counted is written, ms. */
const FLUSH_MS = 5000;

/** How long a stop waits for the last write. */
const CLOSE_MS = 500;

/** What counting takes. */
interface StatsOptions {
  redis: Redis;
  now(): number;
  /** Called once per write that fails for some apps, with the first failure; their counts are kept for the next. */
  onError(error: Error): void;
}

/**
 * The statistics of apps, added up in memory and written every five seconds: for pictures, so a process that is killed
 * loses what it has not written. The ledger stays the truth.
 */
export class Stats {
  readonly #options: StatsOptions;
  readonly #timer: NodeJS.Timeout;
  #growths = new Map<string, Map<string, number>>();
  #writing: Promise<void> | undefined;

  constructor(options: StatsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.flush(), FLUSH_MS).unref();
  }

  /** Adds to a counter of an app (`counter` has their names). */
  add(appId: string, name: string, n = 1): void {
    if (n === 0) return;
    let growth = this.#growths.get(appId);
    if (!growth) {
      growth = new Map();
      this.#growths.set(appId, growth);
    }
    growth.set(name, (growth.get(name) ?? 0) + n);
  }

  /** Writes what was counted; never throws. */
  flush(): Promise<void> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  /** Writes the rest, if Redis answers. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const written = (async () => {
      await this.#writing;
      await this.flush();
    })();
    await Promise.race([written, delay(CLOSE_MS, undefined, { ref: false })]);
  }

  async #write(): Promise<void> {
    const growths = this.#growths;
    if (growths.size === 0) return;
    this.#growths = new Map();
    const { redis, now, onError } = this.#options;
    const at = now();
    const failures: Error[] = [];
    await Promise.all(
      [...growths].map(([appId, growth]) =>
        addStats(redis, appId, growth, at).catch((error: Error) => {
          for (const [name, n] of growth) this.add(appId, name, n);
          failures.push(error);
        }),
      ),
    );
    if (failures[0]) onError(failures[0]);
  }
}
