import type { Redis } from 'ioredis';
import { primariesOf } from './nodes.ts';
import { redisTrouble } from './trouble.ts';

/** How safely the server keeps acknowledged writes. `unknown` if it does not let us read its settings. */
export type Durability = 'disk' | 'second' | 'none' | 'unknown';

/** The settings of a Redis server that we depend on, as actually set. */
export interface RedisSettings {
  /** `disk`: on disk before the answer; `second`: up to two seconds of answered writes can be lost; `none`: no AOF. */
  durability: Durability;
  /** Must be `noeviction`, or jobs are lost. `unknown` if the server does not let us read it. */
  maxmemoryPolicy: string;
}

/** From the weakest. */
export const DURABILITIES: readonly Durability[] = ['none', 'unknown', 'second', 'disk'];

/**
 * Reads the server's actual settings; of a cluster, the weakest of its primaries. Managed services may refuse CONFIG;
 * that is not an error here.
 *
 * @throws if a server is down.
 */
export async function readRedisSettings(redis: Redis): Promise<RedisSettings> {
  const all = await Promise.all(primariesOf(redis).map(settingsOf));
  return {
    durability: DURABILITIES.find((each) => all.some(({ durability }) => durability === each)) ?? 'unknown',
    maxmemoryPolicy:
      (all.find((each) => each.maxmemoryPolicy !== 'noeviction') ?? all[0])?.maxmemoryPolicy ?? 'unknown',
  };
}

async function settingsOf(redis: Redis): Promise<RedisSettings> {
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
