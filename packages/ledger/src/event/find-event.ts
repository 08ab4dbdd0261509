import type { EventRef } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { find } from '../buckets/buckets.ts';
import { keys } from '../keys.ts';
import { claimEntry, locationEntry } from './claim.ts';

/**
 * The location of the latest event with this id; undefined when there is none (or no longer). Its record may be gone a
 * little sooner.
 */
export async function findEvent(
  redis: Redis,
  appId: string,
  eventId: string,
  now: number = Date.now(),
): Promise<EventRef | undefined> {
  const findIn = (shard: number) => find(redis, claimEntry(shard, appId, eventId), now);
  const [location, inFirst] = await Promise.all([find(redis, locationEntry(appId, eventId), now), findIn(0)]);
  const shard = Number(location ?? 0);
  const key = shard === 0 ? inFirst : await findIn(shard);
  if (key !== undefined) return { key, shard };
  // Accepted while there was one shard, and repeated since.
  if (inFirst !== undefined) return { key: inFirst, shard: 0 };
  return findOld(redis, appId, eventId);
}

/** The same of an event that an older version has accepted. */
async function findOld(redis: Redis, appId: string, eventId: string): Promise<EventRef | undefined> {
  const shard = Number((await redis.get(keys.oldLocation(appId, eventId))) ?? 0);
  const key = await redis.get(keys.oldId(shard, appId, eventId));
  return key === null ? undefined : { key, shard };
}
