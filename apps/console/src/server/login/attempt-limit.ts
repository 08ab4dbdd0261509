import type { Redis } from 'ioredis';

/** Wrong passwords allowed per address and minute. */
const MAX_FAILURES = 10;

const WINDOW_S = 60;

/** Counts wrong passwords per address in Redis, so that all consoles share one limit. */
export class AttemptLimit {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /**
   * Counts an attempt before its password is checked, so that concurrent attempts cannot exceed the limit. Returns the
   * seconds to wait if the address has no attempts left, else 0.
   */
  async take(address: string): Promise<number> {
    const key = keyOf(address);
    const answers = await this.#redis.multi().set(key, 0, 'EX', WINDOW_S, 'NX').incr(key).ttl(key).exec();
    const [, taken, waitS] = (answers ?? []).map(([error, answer]) => {
      if (error) throw error;
      return answer as number;
    });
    return (taken ?? 0) > MAX_FAILURES ? Math.max(1, waitS ?? WINDOW_S) : 0;
  }

  /** Uncounts an attempt whose password was correct. */
  async giveBack(address: string): Promise<void> {
    const key = keyOf(address);
    await this.#redis.multi().set(key, 1, 'EX', WINDOW_S, 'NX').decr(key).exec();
  }
}

const keyOf = (address: string): string => `console:attempts:${address}`;
