import type { EventRef } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { type FinishedRecord, isPacked, unpack } from './packed.ts';

/** What is kept of a finished event; undefined when the event is not packed, or has expired. */
export async function readPacked(redis: Redis, { shard, key }: EventRef): Promise<FinishedRecord | undefined> {
  const hash = await redis.hgetallBuffer(keys.event(shard, key));
  return isPacked(hash) ? unpack(hash) : undefined;
}
