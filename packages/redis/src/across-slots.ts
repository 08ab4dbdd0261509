import type { Redis } from 'ioredis';

/** Servers that keep slots apart. */
const sharded = new WeakSet<Redis>();

/**
 * Runs a script whose keys are in different slots where the server allows that; on Redis Cluster, or behind a proxy of
 * one, `apart` does the same with commands of one key each.
 */
export async function acrossSlots<T>(redis: Redis, together: () => Promise<T>, apart: () => Promise<T>): Promise<T> {
  if (redis.isCluster || sharded.has(redis)) return apart();
  try {
    return await together();
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('CROSSSLOT'))) throw error;
    sharded.add(redis);
    return apart();
  }
}
