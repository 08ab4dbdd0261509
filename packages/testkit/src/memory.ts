import type { Redis } from 'ioredis';

/** Bytes of memory that a server uses now; of a cluster, the one that uses most. */
export async function usedMemory(redis: Redis): Promise<number> {
  const servers = (await redis.info('memory')).matchAll(/^used_memory:(\d+)/gm);
  return Math.max(...Array.from(servers, ([, bytes]) => Number(bytes)));
}

/** Limits the memory of a server, or of each of a cluster, so that the fullest uses this share of it now. */
export async function limitMemory(redis: Redis, share: number): Promise<void> {
  await redis.config('SET', 'maxmemory', String(Math.round((await usedMemory(redis)) / share)));
}
