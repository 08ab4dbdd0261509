import type { Logger } from '@fanfare/runtime';
import type { Redis } from 'ioredis';
import { type MemoryStop, memorySentence, stopsAt } from './memory-stops.ts';
import { primariesOf, primaryOf } from './nodes.ts';
import { redisTrouble } from './trouble.ts';

/** How long a reading of the memory is reused; shorter from this fullness on, so that a small server is not overrun. */
const FRESH_MS = { usual: 1000, filling: 100 };
const FILLING_FROM = 0.5;

/** How full Redis is, and what has stopped for that. */
export interface MemoryState {
  /** The used share of `maxmemory`, 0 to 1 and slightly over; 0 without a limit. */
  fullness: number;
  stops: readonly MemoryStop[];
}

/** Watches how full Redis is, ten times a second at most while it fills, and logs when something stops or goes on. */
export class MemoryWatch {
  readonly #redis: Redis;
  readonly #now: () => number;
  readonly #log: Pick<Logger, 'info' | 'warn'>;
  #reading: Promise<MemoryState> | undefined;
  #readAt = 0;
  #freshMs = FRESH_MS.usual;
  #stops: readonly MemoryStop[] = [];

  constructor(redis: Redis, now: () => number, log: Pick<Logger, 'info' | 'warn'>) {
    this.#redis = redis;
    this.#now = now;
    this.#log = log;
  }

  /** A reading that is at most a second old, or a tenth of one while Redis fills. */
  state(): Promise<MemoryState> {
    const now = this.#now();
    if (!this.#reading || now - this.#readAt >= this.#freshMs) {
      this.#readAt = now;
      this.#reading = this.#read();
      this.#reading.catch(() => {
        this.#reading = undefined;
      });
    }
    return this.#reading;
  }

  /** Whether this has stopped because Redis is too full. */
  async isStopped(stop: MemoryStop): Promise<boolean> {
    return (await this.state()).stops.includes(stop);
  }

  async #read(): Promise<MemoryState> {
    const fullness = await readFullness(this.#redis);
    const stops = stopsAt(fullness, this.#stops);
    this.#freshMs = fullness < FILLING_FROM ? FRESH_MS.usual : FRESH_MS.filling;
    if (stops.length !== this.#stops.length) {
      const level = stops.length > this.#stops.length ? 'warn' : 'info';
      this.#log[level]({ fullness, stops, reason: memorySentence(fullness, stops) }, 'redis.memory');
    }
    this.#stops = stops;
    return { fullness, stops };
  }
}

/** The used share of `maxmemory` now; 0 without a limit. Of a cluster, of the fullest primary. */
export async function readFullness(redis: Redis): Promise<number> {
  return Math.max(0, ...(await Promise.all(primariesOf(redis).map(fullnessOf))));
}

/** The same of the primary of each key: memory that is freed on one helps no other. 0 while it is not known. */
export async function readFullnessAt(redis: Redis, keys: readonly string[]): Promise<number[]> {
  const primaries = keys.map((key) => primaryOf(redis, key));
  const each = [...new Set(primaries)];
  const read = await Promise.all(each.map((primary) => (primary ? fullnessOf(primary) : 0)));
  return primaries.map((primary) => read[each.indexOf(primary)] as number);
}

/** 0 if the server does not tell. */
async function fullnessOf(redis: Redis): Promise<number> {
  const info = await redis.info('memory').catch((error: unknown) => {
    if (redisTrouble(error)) throw error;
    return '';
  });
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  const max = field('maxmemory');
  return max === 0 ? 0 : field('used_memory') / max;
}
