import { MAX_RETENTION_HOURS } from '@fanfare/core';
import { acrossSlots, script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { BUCKET_EXPIRY_LUA, dayOf, LENGTH as ID_LENGTH, NAME_LENGTH } from './bucket.ts';

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

/** Digits of an entry's length: entries have a few hundred bytes at most. */
const LENGTH_DIGITS = 4;

const PUT = script<null>(`
-- KEYS the first and the last bucket: a server that keeps slots apart refuses two
-- ARGV retention, day, what precedes and what follows the name in the keys of all buckets, then the entries in one
--   text: of each the length of the rest in four digits, name and field, text
-- returns nothing
${PUT_LUA}
local expires, head, tail, entries = bucketExpiry(tonumber(ARGV[2]), tonumber(ARGV[1])), ARGV[3], ARGV[4], ARGV[5]
local from = 1
while from < #entries do
  local name = from + ${LENGTH_DIGITS}
  local field, text, next = name + ${NAME_LENGTH}, name + ${ID_LENGTH}, name + string.sub(entries, from, name - 1)
  put(head .. string.sub(entries, name, field - 1) .. tail, string.sub(entries, field, text - 1),
    string.sub(entries, text, next - 1), expires)
  from = next
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

/** An entry to write. */
export interface NewEntry {
  /** Name and field, by which it is found. */
  address: string;
  text: string;
  /** A time on its day, epoch ms. */
  at: number;
}

/** Entries per run: the server does nothing else for a millisecond. */
const TOGETHER = 100;

/**
 * Writes entries into the buckets of one kind, in one round trip; one whose day has it already keeps its text. They are
 * kept for the retention, and up to a day longer.
 * @param prefixOf The prefix of the keys of the bucket with this name.
 * @throws when any of them could not be written; writing them all again is safe.
 */
export async function putAll(
  redis: Redis,
  prefixOf: (name: string) => string,
  entries: readonly NewEntry[],
  retentionMs: number,
): Promise<void> {
  const byDay = new Map<number, string[]>();
  for (const { address, text, at } of entries) {
    const entry = address + text;
    const encoded = String(Buffer.byteLength(entry)).padStart(LENGTH_DIGITS, '0') + entry;
    const others = byDay.get(dayOf(at));
    if (others) others.push(encoded);
    else byDay.set(dayOf(at), [encoded]);
  }
  const runs: Promise<unknown>[] = [];
  for (const [day, all] of byDay) {
    for (let from = 0; from < all.length; from += TOGETHER) {
      runs.push(putRun(redis, prefixOf, day, all.slice(from, from + TOGETHER), retentionMs));
    }
  }
  await Promise.all(runs);
}

/** Stands for the name in a prefix; no id of an app contains one. */
const NAME = '\n';

/** What precedes and what follows the name of a bucket in the prefix of its keys: scripts put these together. */
export function aroundName(prefixOf: (name: string) => string): [head: string, after: string] {
  const [head = '', after = ''] = prefixOf(NAME).split(NAME);
  return [head, after];
}

function putRun(
  redis: Redis,
  prefixOf: (name: string) => string,
  day: number,
  run: readonly string[],
  retentionMs: number,
): Promise<unknown> {
  const [head, after] = aroundName(prefixOf);
  const tail = `${after}${day}`;
  const keyOf = (entry: string) => head + entry.slice(LENGTH_DIGITS, LENGTH_DIGITS + NAME_LENGTH) + tail;
  const callOf = (some: readonly string[]) => ({
    keys: [...new Set([some[0] as string, some.at(-1) as string].map(keyOf))],
    args: [retentionMs, day, head, tail, some.join('')],
  });
  const together = () => {
    const { keys, args } = callOf(run);
    return PUT(redis, keys, args);
  };
  const apart = () =>
    PUT.each(
      redis,
      run.map((entry) => callOf([entry])),
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
