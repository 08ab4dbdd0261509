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
export const DAYS = Math.ceil(MAX_RETENTION_HOURS / 24) + 1;

/**
 * Lua: writes an entry of a day, unless there is one. Returns the text that is there then, and when the bucket
 * expires if it is new or now kept longer.
 */
export const PUT_LUA = `
${BUCKET_EXPIRY_LUA}
local function put(prefix, day, field, text, retention)
  local bucket = prefix .. day
  if redis.call('HSETNX', bucket, field, text) == 0 then return redis.call('HGET', bucket, field) end
  local expires = bucketExpiry(day, retention)
  if redis.call('PEXPIRETIME', bucket) >= expires then return text end
  redis.call('PEXPIREAT', bucket, expires)
  return text, expires
end`;

const PUT = script<string>(`
-- KEYS prefix of the buckets
-- ARGV retention, day, field, text
-- returns the text of the entry: this, or the one that was there
${PUT_LUA}
local text = put(KEYS[1], tonumber(ARGV[2]), ARGV[3], ARGV[4], tonumber(ARGV[1]))
return text
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

/** An entry to write, of the day of `at` (epoch ms). */
export interface NewEntry extends Entry {
  text: string;
  at: number;
}

/**
 * Writes entries in any slots, in one round trip; one whose day has it already keeps its text. They are kept for the
 * retention, and up to a day longer.
 * @throws when any of them could not be written; writing them all again is safe.
 */
export async function putAll(redis: Redis, entries: readonly NewEntry[], retentionMs: number): Promise<void> {
  const calls = entries.map(({ prefix, field, text, at }) => ({
    keys: [prefix],
    args: [retentionMs, dayOf(at), field, text],
  }));
  await PUT.together(redis, calls);
}

/**
 * The latest entry of the last `days` days before today (by default all that are kept), today (`now`, epoch ms), and
 * tomorrow, by another server's clock; undefined when there is none.
 */
export async function find(
  redis: Redis,
  { prefix, field }: Entry,
  now: number,
  days: number = DAYS,
): Promise<string | undefined> {
  const today = dayOf(now);
  return (await FIND(redis, [prefix], [field, today + 1, today - days])) ?? undefined;
}
