import { LANES, type Lane } from '@fanfare/core';
import { answersOf } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';

/** The events of a lane that are not done: waiting, delayed, held or in progress, wherever their jobs are. */
export interface OpenEvents {
  count: number;
  /** How long the oldest has been open, ms; 0 when there is none. */
  oldestMs: number;
}

/** The open events of every lane over all shards at `now` (epoch ms). */
export async function readOpenEvents(redis: Redis, shards: number, now: number): Promise<Record<Lane, OpenEvents>> {
  const lanes = await Promise.all(LANES.map(async (lane) => [lane, await readLane(redis, lane, shards, now)] as const));
  return Object.fromEntries(lanes) as Record<Lane, OpenEvents>;
}

async function readLane(redis: Redis, lane: Lane, shards: number, now: number): Promise<OpenEvents> {
  const perShard = await Promise.all(
    Array.from({ length: shards }, async (_, shard) => {
      const key = keys.openSince(shard, lane);
      const [count, oldest] = answersOf(await redis.pipeline().zcard(key).zrange(key, '0', '0', 'WITHSCORES').exec());
      return { count: count as number, since: Number((oldest as string[])[1] ?? now) };
    }),
  );
  return {
    count: perShard.reduce((sum, { count }) => sum + count, 0),
    oldestMs: Math.max(0, ...perShard.map(({ since }) => now - since)),
  };
}
