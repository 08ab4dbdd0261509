import { MAX_RETENTION_HOURS } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { BUCKET_EXPIRY_LUA, dayOf } from './bucket.ts';

/** An entry in the buckets under a prefix: their keys are the prefix and a day. */
export interface Entry {
  prefix: string;
  field: string;
}

/** Days before today whose buckets may be kept. */
const DAYS = Math.ceil(MAX_RETENTION_HOURS / 24) + 1;

/** Lua: writes an entry of a day, unless there is one. Returns the text that is there then. */
export const PUT_LUA = `
${BUCKET_EXPIRY_LUA}
local function put(prefix, day, field, text, retention)
  local bucket = prefix .. day
  if redis.call('HSETNX', bucket, field, text) == 0 then return redis.call('HGET', bucket, field) end
  local expires = bucketExpiry(day, retention)
  if redis.call('PEXPIRETIME', bucket) < expires then redis.call('PEXPIREAT', bucket, expires) end
  return text
end`;

const PUT = script<string>(`
-- KEYS prefix of the buckets
-- ARGV day, field, text, retention
-- returns the text of the entry: this one, or the one that was there
${PUT_LUA}
return put(KEYS[1], tonumber(ARGV[1]), ARGV[2], ARGV[3], tonumber(ARGV[4]))
`);

const FIND = script<string | null>(`
-- KEYS prefix of the buckets
-- ARGV field, newest day, oldest day
-- returns the text of the latest entry, or nothing
for day = tonumber(ARGV[2]), tonumber(ARGV[3]), -1 do
  local text = redis.call('HGET', KEYS[1] .. day, ARGV[1])
  if text then return text end
end
return false
`);

/**
 * Writes an entry of the day of `at` (epoch ms), unless it has one. It is kept for the retention, and up to a day
 * longer. Returns the text that is there then.
 */
export const put = (
  redis: Redis,
  { prefix, field }: Entry,
  text: string,
  at: number,
  retentionMs: number,
): Promise<string> => PUT(redis, [prefix], [dayOf(at), field, text, retentionMs]);

/**
 * The latest entry that is kept at `now` (epoch ms), be it of tomorrow, by another server's clock; undefined when there
 * is none.
 */
export async function find(redis: Redis, { prefix, field }: Entry, now: number): Promise<string | undefined> {
  const today = dayOf(now);
  return (await FIND(redis, [prefix], [field, today + 1, today - DAYS])) ?? undefined;
}
