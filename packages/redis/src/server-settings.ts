import type { Redis } from 'ioredis';
import { redisTrouble } from './trouble.ts';

/** How safely the server keeps what it has acknowledged. `unknown` where it does not let us look. */
export type Durability = 'disk' | 'second' | 'none' | 'unknown';

/** What we ask of a Redis server, as it is really set. */
export interface RedisSettings {
  /** `disk`: on disk before the answer; `second`: up to two seconds of answered writes can be lost; `none`: no AOF. */
  durability: Durability;
  /** Must be `noeviction`, or jobs vanish. `unknown` where the server does not let us look. */
  maxmemoryPolicy: string;
}

/**
 * Reads the server's real settings; managed services may refuse CONFIG, which is not an error here.
 * @throws when the server is away.
 */
export async function readRedisSettings(redis: Redis): Promise<RedisSettings> {
  const [append, policy] = await Promise.all([configOf(redis, 'append*'), configOf(redis, 'maxmemory-policy')]);
  return { durability: durabilityOf(append), maxmemoryPolicy: policy?.['maxmemory-policy'] ?? 'unknown' };
}

async function configOf(redis: Redis, pattern: string): Promise<Record<string, string> | undefined> {
  try {
    return toRecord(await redis.call('CONFIG', 'GET', pattern));
  } catch (error) {
    if (redisTrouble(error)) throw error;
    return undefined;
  }
}

function durabilityOf(config: Record<string, string> | undefined): Durability {
  if (!config?.appendonly) return 'unknown';
  if (config.appendonly !== 'yes') return 'none';
  return config.appendfsync === 'always' ? 'disk' : config.appendfsync === 'everysec' ? 'second' : 'none';
}

function toRecord(reply: unknown): Record<string, string> {
  const flat = reply as string[];
  return Object.fromEntries(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? '']] : [])));
}
