import type { Redis } from 'ioredis';

/** How long a reading of the memory is reused. */
const MEMORY_FRESH_MS = 1000;

/** Watches how full Redis is, with at most one request per second. */
export class MemoryWatch {
  readonly #redis: Redis;
  readonly #now: () => number;
  #reading: Promise<number> | undefined;
  #readAt = 0;

  constructor(redis: Redis, now: () => number) {
    this.#redis = redis;
    this.#now = now;
  }

  /** The used share of `maxmemory`, 0 to 1 and slightly over; 0 without a limit. */
  fullness(): Promise<number> {
    const now = this.#now();
    if (!this.#reading || now - this.#readAt >= MEMORY_FRESH_MS) {
      this.#readAt = now;
      this.#reading = readFullness(this.#redis);
      this.#reading.catch(() => {
        this.#reading = undefined;
      });
    }
    return this.#reading;
  }
}

async function readFullness(redis: Redis): Promise<number> {
  const info = await redis.info('memory');
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  const max = field('maxmemory');
  return max === 0 ? 0 : field('used_memory') / max;
}
