import type { Redis } from 'ioredis';

/** Bytes of memory that a server uses now. */
export const usedMemory = async (redis: Redis): Promise<number> =>
  Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);

/** Limits the memory of a server so that this share of it is used now. */
export async function limitMemory(redis: Redis, share: number): Promise<void> {
  await redis.config('SET', 'maxmemory', String(Math.round((await usedMemory(redis)) / share)));
}
