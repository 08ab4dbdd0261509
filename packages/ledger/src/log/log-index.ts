import type { EventRef } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';

/** An event in the notification log, and when it was received (epoch ms). */
export type LoggedRef = EventRef & { at: number };

/** Which events of the log, and how many. */
export interface LogQuery {
  /** Not received before this, epoch ms. */
  from?: number | undefined;
  /** Not received after this, epoch ms. */
  to?: number | undefined;
  /** The end of the previous page, in the same order. */
  cursor?: string | undefined;
  /** The most events: bounds the memory of a page, times the number of shards. */
  limit: number;
  /**
   * `prepend` goes back in time from the newest, `append` forward from the oldest (docs/rules/cometchat.md#log,
   * `affix`).
   */
  order: 'prepend' | 'append';
}

/** Digits of a time in base 36, padded so that text sorts by time; enough until the year 5188. */
const TIME_DIGITS = 9;
const MAX_TIME = 36 ** TIME_DIGITS - 1;

/**
 * Adds an entry, drops a few of the oldest whose events have expired, and extends the list's TTL to the new entry's.
 */
const NOTE = script<number>(`
-- KEYS log
-- ARGV entry, time to live, prefix of event keys
-- returns 1 when the entry is new, else 0
local added = redis.call('ZADD', KEYS[1], 0, ARGV[1])
for _, entry in ipairs(redis.call('ZRANGE', KEYS[1], 0, 2)) do
  local event = ARGV[3] .. string.sub(entry, ${TIME_DIGITS + 1})
  if redis.call('EXISTS', event) == 0 then redis.call('ZREM', KEYS[1], entry) end
end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return added
`);

/**
 * Lists a stored event in its app's log; idempotent. Takes about 140 bytes per event; the log's rows, one or more per
 * recipient, take none, since they are derived from the plan. `keepMs` is how long the event is kept from now on:
 * entries of expired events are dropped as others are added, and the list expires with its last event.
 */
export async function recordLogged(
  redis: Redis,
  appId: string,
  { shard, key }: EventRef,
  at: number,
  keepMs: number,
): Promise<void> {
  await NOTE(redis, [keys.log(shard, appId)], [encodeEntry(at, key), keepMs, keys.event(shard, '')]);
}

/** Whether an event is listed in its app's log: the log was on when it was received (`at`, epoch ms). */
export const isLogged = async (redis: Redis, appId: string, { shard, key, at }: LoggedRef): Promise<boolean> =>
  (await redis.zscore(keys.log(shard, appId), encodeEntry(at, key))) !== null;

/**
 * One page of an app's log over all shards, in order of time; `cursor` continues it and is absent at the end. An
 * entry's event may have expired.
 * @throws RangeError when the cursor is malformed.
 */
export async function pageLogged(
  redis: Redis,
  appId: string,
  shards: number,
  query: LogQuery,
): Promise<{ refs: LoggedRef[]; cursor?: string }> {
  const range = rangeOf(query);
  const lists = await Promise.all(
    Array.from({ length: shards }, (_, shard) => readEntries(redis, keys.log(shard, appId), range, query)),
  );
  const merged = lists.flatMap((entries, shard) => entries.map((entry) => ({ entry, shard })));
  const sign = query.order === 'append' ? 1 : -1;
  merged.sort((a, b) => (a.entry < b.entry ? -sign : sign));
  const page = merged.slice(0, query.limit);
  const last = page.at(-1);
  return {
    refs: page.map(({ entry, shard }) => ({ ...decodeEntry(entry), shard })),
    ...(last && merged.length > page.length ? { cursor: Buffer.from(last.entry).toString('base64url') } : {}),
  };
}

/** All entries have the same score, so the set is sorted by text: by time, then key. No two share a position. */
const encodeEntry = (at: number, key: string): string => encodeTime(at) + key;

const decodeEntry = (entry: string) => ({
  key: entry.slice(TIME_DIGITS),
  at: Number.parseInt(entry.slice(0, TIME_DIGITS), 36),
});

const encodeTime = (at: number): string => Math.min(Math.max(at, 0), MAX_TIME).toString(36).padStart(TIME_DIGITS, '0');

/** The bounds of a query as sorted-set members: a time sorts before every entry of that time. */
function rangeOf({ from = 0, to = MAX_TIME - 1, cursor, order }: LogQuery): { min: string; max: string } {
  const position = cursor === undefined ? undefined : decodeCursor(cursor);
  const [low, high] = [encodeTime(from), encodeTime(to + 1)];
  return {
    min: order === 'append' && position && position >= low ? `(${position}` : `[${low}`,
    max: order === 'prepend' && position && position < high ? `(${position}` : `(${high}`,
  };
}

function decodeCursor(cursor: string): string {
  const entry = Buffer.from(cursor, 'base64url').toString();
  if (!/^[0-9a-z]{10,40}$/.test(entry)) throw new RangeError('not a cursor');
  return entry;
}

/** One more than the page holds, to see whether another page follows. */
function readEntries(
  redis: Redis,
  log: string,
  { min, max }: { min: string; max: string },
  { limit, order }: LogQuery,
): Promise<string[]> {
  return order === 'append'
    ? redis.zrange(log, min, max, 'BYLEX', 'LIMIT', 0, limit + 1)
    : redis.zrange(log, max, min, 'BYLEX', 'REV', 'LIMIT', 0, limit + 1);
}
