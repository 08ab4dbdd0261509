import { MAX_RETENTION_HOURS } from '@fanfare/core';
import { acrossSlots, script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { BUCKET_EXPIRY_LUA, dayOf, FIELD_LENGTH } from './bucket.ts';

/** An entry in the buckets under a prefix: their keys are the prefix and a day. */
export interface Entry {
  prefix: string;
  field: string;
}

/** Days before today whose buckets may be kept. */
export const DAYS = Math.ceil(MAX_RETENTION_HOURS / 24) + 1;

/** Lua: writes an entry into a bucket, unless it has one, and keeps the bucket until `expires` at least. */
export const PUT_LUA = `
${BUCKET_EXPIRY_LUA}
local function put(bucket, field, text, expires)
  if redis.call('HSETNX', bucket, field, text) == 0 then return end
  if redis.call('PEXPIRETIME', bucket) < expires then redis.call('PEXPIREAT', bucket, expires) end
end`;

const PUT = script<null>(`
-- KEYS bucket of each entry
-- ARGV retention, day, length of fields, then field and text of each entry, joined
-- returns nothing
${PUT_LUA}
local expires, length = bucketExpiry(tonumber(ARGV[2]), tonumber(ARGV[1])), tonumber(ARGV[3])
for i, bucket in ipairs(KEYS) do
  local entry = ARGV[i + 3]
  put(bucket, string.sub(entry, 1, length), string.sub(entry, length + 1), expires)
end
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

/** Entries per run: the server does nothing else for a millisecond. */
const TOGETHER = 100;

/**
 * Writes entries in any slots, in one round trip; one whose day has it already keeps its text. They are kept for the
 * retention, and up to a day longer.
 * @throws when any of them could not be written; writing them all again is safe.
 */
export async function putAll(redis: Redis, entries: readonly NewEntry[], retentionMs: number): Promise<void> {
  const byDay = new Map<number, NewEntry[]>();
  for (const entry of entries) {
    const day = dayOf(entry.at);
    const others = byDay.get(day);
    if (others) others.push(entry);
    else byDay.set(day, [entry]);
  }
  const runs: Promise<unknown>[] = [];
  for (const [day, all] of byDay) {
    for (let from = 0; from < all.length; from += TOGETHER) {
      runs.push(putSome(redis, day, all.slice(from, from + TOGETHER), retentionMs));
    }
  }
  await Promise.all(runs);
}

function putSome(redis: Redis, day: number, entries: readonly NewEntry[], retentionMs: number): Promise<unknown> {
  const callOf = (some: readonly NewEntry[]) => {
    const [keys, args]: [string[], (string | number)[]] = [[], [retentionMs, day, FIELD_LENGTH]];
    for (const { prefix, field, text } of some) {
      keys.push(prefix + day);
      args.push(field + text);
    }
    return { keys, args };
  };
  const together = () => {
    const { keys, args } = callOf(entries);
    return PUT(redis, keys, args);
  };
  const apart = () =>
    PUT.each(
      redis,
      entries.map((entry) => callOf([entry])),
    );
  return acrossSlots<unknown>(redis, together, apart);
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
