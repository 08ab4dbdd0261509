import type { Logger, Metrics } from '@fanfare/runtime';
import type { Redis } from 'ioredis';

/** The time that all processes share. */
export interface Clock {
  /** Whole epoch ms: the local clock corrected by its offset to Redis. Bound, so it can be passed around. */
  now(): number;
  close(): void;
}

/** The inputs of a clock. */
interface ClockOptions {
  /** The server whose `TIME` is used. */
  redis: Redis;
  /** This machine's clock, epoch ms. */
  local: () => number;
  log: Logger;
  metrics: Pick<Metrics, 'clockOffsetSeconds'>;
}

/** Interval of measurements, ms; machines drift far less than a second per minute. */
const MEASURE_EVERY_MS = 60_000;

/** Interval of checks for a stall or a changed clock, ms, and the deviation that counts as one. */
const CHECK_EVERY_MS = 1000;
const SURPRISE_MS = 500;

/** A slower answer is too imprecise, ms. */
const MAX_ROUND_TRIP_MS = 1000;

/** The number of answers, of which the fastest is used. */
const SAMPLES = 3;

/** The offset above which an operator should correct the machine's clock, ms. */
const WARN_FROM_MS = 2000;

/** How long a start waits for the first measurement, ms; without Redis the local clock is used. */
const FIRST_MS = 2000;

/**
 * Starts a clock shared by all processes on one Redis. One process sets deadlines and others check them, so a machine
 * whose clock is a minute off would expire every ring, or send it a minute late. The offset to Redis' `TIME` is
 * measured now, every minute, after a stall of this process, and after its clock was set.
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
  /** The time of the last measurement, by the monotonic clock. */
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

  /** Never rejects: a failed measurement is repeated at the next check. */
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
    // A change within the error of the measurement is not reported.
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
