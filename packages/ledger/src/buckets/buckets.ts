import { MAX_RETENTION_HOURS } from '@fanfare/core';
import { acrossSlots, script } from '@fanfare/redis';
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

/** The prefixes are in different slots where the server allows that, like the keys of `readHashes` (ADR 17). */
const PUT = script<string[]>(`
-- KEYS prefix of the buckets of each entry
-- ARGV retention, then of each entry: day, field, text
-- returns the texts of the entries: these, or those that were there
${PUT_LUA}
local texts, retention = {}, tonumber(ARGV[1])
for i, prefix in ipairs(KEYS) do
  texts[i] = put(prefix, tonumber(ARGV[3 * i - 1]), ARGV[3 * i], ARGV[3 * i + 1], retention)
end
return texts
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

/** Entries per script: the server does nothing else for about a millisecond. */
const BATCH = 200;

/**
 * Writes entries in any slots, in one round trip; one whose day has it already keeps its text. They are kept for the
 * retention, and up to a day longer.
 * @throws when any of them could not be written; writing them all again is safe.
 */
export async function putAll(redis: Redis, entries: readonly NewEntry[], retentionMs: number): Promise<void> {
  const put = (some: readonly NewEntry[]) => {
    const args = some.flatMap(({ field, text, at }) => [dayOf(at), field, text]);
    return PUT(
      redis,
      some.map(({ prefix }) => prefix),
      [retentionMs, ...args],
    );
  };
  const batches = Array.from({ length: Math.ceil(entries.length / BATCH) }, (_, n) =>
    entries.slice(n * BATCH, (n + 1) * BATCH),
  );
  await Promise.all(
    batches.map((batch) =>
      acrossSlots(
        redis,
        () => put(batch),
        async () => (await Promise.all(batch.map((entry) => put([entry])))).flat(),
      ),
    ),
  );
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
