import { commandEach } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { BUCKET_NAMES, dayOf } from './bucket.ts';
import { DAYS } from './buckets.ts';

/** An app and a day (UTC) of which there are buckets. */
export interface BucketDay {
  appId: string;
  day: number;
}

/**
 * Lua: lists a day that has a new bucket of ids. Locations and references need no list: each belongs to an event whose
 * id is in a bucket of the same day. `root` is that of the shard's keys.
 */
export const LIST_DAY_LUA = `
local function listDay(root, app, day, expires)
  local days = root .. 'id-days'
  redis.call('ZADD', days, day, day .. ':' .. app)
  redis.call('ZREMRANGEBYSCORE', days, '-inf', day - ${DAYS + 1})
  if redis.call('PEXPIRETIME', days) < expires then redis.call('PEXPIREAT', days, expires) end
end`;

/** The apps and days up to the day of `last` (epoch ms) that have buckets in any shard, the oldest day first. */
export async function readBucketDays(redis: Redis, shards: number, last: number): Promise<BucketDay[]> {
  const perShard = await Promise.all(
    Array.from({ length: shards }, (_, shard) =>
      redis.zrange(keys.bucketDays(shard), '-inf', String(dayOf(last)), 'BYSCORE'),
    ),
  );
  return [...new Set(perShard.flat())].map(partsOf).sort((a, b) => a.day - b.day);
}

/**
 * Deletes an app's ids, locations and references of a day. Cut off in between, the day is still listed. Contains no
 * command that a full server refuses, and each deletes one key.
 */
export async function dropBucketDay(redis: Redis, { appId, day }: BucketDay, shards: number): Promise<void> {
  const numbers = Array.from({ length: shards }, (_, shard) => shard);
  const buckets = BUCKET_NAMES.flatMap((name) => [
    keys.messages(appId, name) + day,
    keys.reactions(appId, name) + day,
    keys.locations(appId, name) + day,
    ...numbers.map((shard) => keys.ids(shard, appId, name) + day),
  ]);
  await commandEach(redis, buckets, (commands, key) => commands.unlink(key));
  await commandEach(redis, numbers, (commands, shard) => commands.zrem(keys.bucketDays(shard), `${day}:${appId}`));
}

function partsOf(member: string): BucketDay {
  const colon = member.indexOf(':');
  return { day: Number(member.slice(0, colon)), appId: member.slice(colon + 1) };
}
