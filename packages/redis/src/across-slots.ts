import type { Redis } from 'ioredis';

/** Whether the server behind a client keeps slots apart, once that is known. */
const apart = new WeakMap<Redis, boolean>();

/**
 * Runs a script whose keys are in different slots where the server allows that; on Redis Cluster, or behind a proxy of
 * one, `each` does the same with commands of one key each.
 */
export async function acrossSlots<T>(redis: Redis, together: () => Promise<T>, each: () => Promise<T>): Promise<T> {
  const isApart = redis.isCluster || (apart.get(redis) ?? (await keepsSlotsApart(redis)));
  return isApart ? each() : together();
}

/**
 * Asks with a command that changes nothing: a script names only some of its keys, so it would be refused half-way, or
 * not at all if these are in the same slot.
 */
async function keepsSlotsApart(redis: Redis): Promise<boolean> {
  const isApart = await redis.exists('{a}', '{b}').then(
    () => false,
    (error: Error) => {
      if (error.message.startsWith('CROSSSLOT')) return true;
      throw error;
    },
  );
  apart.set(redis, isApart);
  return isApart;
}
