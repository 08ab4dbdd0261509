import type { Logger, Metrics } from '@fanfare/runtime';
import type { Redis } from 'ioredis';

/** The time all processes agree on. */
export interface Clock {
  /** Epoch ms, whole; the local clock corrected by its offset to Redis. Bound, so that it can be passed on. */
  now(): number;
  close(): void;
}

/** What a clock is made of. */
interface ClockOptions {
  /** The server whose `TIME` counts. */
  redis: Redis;
  /** Epoch ms of this machine. */
  local: () => number;
  log: Logger;
  metrics: Pick<Metrics, 'clockOffsetSeconds'>;
}

/** How often the offset is measured, ms; machines drift by far less than a second a minute. */
const MEASURE_EVERY_MS = 60_000;

/** How often it is checked whether this process stalled or its clock was set, ms, and by how much time must be off. */
const CHECK_EVERY_MS = 1000;
const SURPRISE_MS = 500;

/** An answer that took longer says too little about the time at which it was given, ms. */
const MAX_ROUND_TRIP_MS = 1000;

/** Of so many answers the fastest counts. */
const SAMPLES = 3;

/** An offset from which an operator should mend the machine's clock, ms. */
const WARN_FROM_MS = 2000;

/** How long a start waits for the first measurement, ms; with Redis away the local clock has to do. */
const FIRST_MS = 2000;

/**
 * Starts a clock that all processes on one Redis share: deadlines are set by one process and checked by others, so a
 * machine whose clock is a minute off would expire every ring, or send it a minute late. The offset to Redis' `TIME` is
 * measured now, every minute, after a stall of this process, and when its clock has been set.
 */
export async function startClock(options: ClockOptions): Promise<Clock> {
  const clock = new RedisClock(options);
  await clock.first();
  return clock;
}

class RedisClock implements Clock {
  readonly #options: ClockOptions;
  readonly #timer: NodeJS.Timeout;
  #offsetMs = 0;
  /** When it was last measured, by the monotonic clock. */
  #measuredAt = Number.NEGATIVE_INFINITY;
  #measuring: Promise<void> | undefined;
  #checkedAt: { local: number; monotonic: number };

  constructor(options: ClockOptions) {
    this.#options = options;
    this.#checkedAt = { local: options.local(), monotonic: performance.now() };
    this.#timer = setInterval(() => this.#check(), CHECK_EVERY_MS).unref();
  }

  now = (): number => Math.round(this.#options.local() + this.#offsetMs);

  async first(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, FIRST_MS);
    });
    await Promise.race([this.#measure(), late]);
    clearTimeout(timer);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #check(): void {
    const before = this.#checkedAt;
    this.#checkedAt = { local: this.#options.local(), monotonic: performance.now() };
    const passed = this.#checkedAt.monotonic - before.monotonic;
    const stalled = passed > CHECK_EVERY_MS + SURPRISE_MS;
    const wasSet = Math.abs(this.#checkedAt.local - before.local - passed) > SURPRISE_MS;
    if (stalled || wasSet || performance.now() - this.#measuredAt >= MEASURE_EVERY_MS) void this.#measure();
  }

  /** Never rejects: what could not be measured is measured at the next check. */
  #measure(): Promise<void> {
    this.#measuring ??= this.#takeSamples()
      .catch(() => {
        this.#measuredAt = Number.NEGATIVE_INFINITY;
      })
      .finally(() => {
        this.#measuring = undefined;
      });
    return this.#measuring;
  }

  async #takeSamples(): Promise<void> {
    const samples = [];
    for (let n = 0; n < SAMPLES; n++) samples.push(await this.#sample());
    const best = samples.reduce((a, b) => (b.roundTripMs < a.roundTripMs ? b : a));
    if (best.roundTripMs > MAX_ROUND_TRIP_MS) throw new Error('Redis answered too slowly to read its time');
    this.#measuredAt = performance.now();
    // What is within the error of the measurement is no news.
    if (Math.abs(best.offsetMs - this.#offsetMs) > best.roundTripMs / 2) this.#offsetMs = Math.round(best.offsetMs);
    this.#report();
  }

  async #sample(): Promise<{ offsetMs: number; roundTripMs: number }> {
    const { redis, local } = this.#options;
    const [askedAt, startedAt] = [local(), performance.now()];
    const [seconds, micros] = await redis.time();
    const roundTripMs = performance.now() - startedAt;
    return { offsetMs: Number(seconds) * 1000 + Number(micros) / 1000 - askedAt - roundTripMs / 2, roundTripMs };
  }

  #report(): void {
    const { log, metrics } = this.#options;
    metrics.clockOffsetSeconds.set(this.#offsetMs / 1000);
    if (Math.abs(this.#offsetMs) > WARN_FROM_MS) log.warn({ offsetMs: this.#offsetMs }, 'clock.off');
  }
}
