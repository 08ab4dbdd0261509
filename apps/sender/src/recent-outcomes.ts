import { setTimeout as delay } from 'node:timers/promises';
import { addOutcomes, type RecentOutcome } from '@fanfare/ledger';
import type { Redis } from 'ioredis';

/** How often outcomes are written, ms; and how many of an app each time: of these, some are for failures alone. */
const EVERY_MS = 1000;
const SAMPLED = 10;
const FAILURES = 10;

/** How long a stop waits for the last write, ms. */
const CLOSE_MS = 500;

interface Sample {
  some: RecentOutcome[];
  failures: RecentOutcome[];
}

interface Options {
  redis: Redis;
  onError(error: Error): void;
}

/** The live tail: a few outcomes of every app and second, failures among them. Lost if they cannot be written. */
export class RecentOutcomes {
  readonly #options: Options;
  readonly #timer: NodeJS.Timeout;
  #samples = new Map<string, Sample>();
  #writing: Promise<void> | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#flush(), EVERY_MS).unref();
  }

  /** How many outcomes of an app have a place now: its failures, or others. */
  places(appId: string, isFailure: boolean): number {
    const sample = this.#samples.get(appId);
    return isFailure ? FAILURES - (sample?.failures.length ?? 0) : SAMPLED - (sample?.some.length ?? 0);
  }

  /** Adds an outcome that has a place. */
  add(appId: string, isFailure: boolean, outcome: RecentOutcome): void {
    const sample = this.#samples.get(appId) ?? { some: [], failures: [] };
    (isFailure ? sample.failures : sample.some).push(outcome);
    this.#samples.set(appId, sample);
  }

  /** Writes what is left; waits half a second for it. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const written = (async () => {
      await this.#writing;
      await this.#flush();
    })();
    await Promise.race([written, delay(CLOSE_MS, undefined, { ref: false })]);
  }

  /** Writes them, unless a write is under way. */
  #flush(): Promise<void> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #write(): Promise<void> {
    if (this.#samples.size === 0) return;
    const samples = this.#samples;
    this.#samples = new Map();
    const byTime = ({ some, failures }: Sample) => [...some, ...failures].sort((a, b) => a.at - b.at);
    try {
      await addOutcomes(
        this.#options.redis,
        new Map([...samples].map(([appId, sample]) => [appId, byTime(sample)] as const)),
      );
    } catch (error) {
      this.#options.onError(error as Error);
    }
  }
}
