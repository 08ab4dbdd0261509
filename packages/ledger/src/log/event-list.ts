import { type EventRef, eventKeyTime } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { readChunks } from './chunks.ts';

/** A listed event, and when it was received (epoch ms). */
export type ListedRef = EventRef & { at: number };

/** Which events of a list, and how many. */
export interface ListQuery {
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

/** A page of events; the cursor is absent at the end. */
export interface EventPage {
  refs: ListedRef[];
  cursor?: string;
}

/**
 * Where the events of an app are listed, shard by shard: in chunks, those of an older version included, and before that
 * in one sorted set.
 */
interface EventList {
  chunks: readonly ((shard: number, appId: string) => string)[];
  old?: (shard: number, appId: string) => string;
}

/** Digits of a time in base 36, padded so that text sorts by time; enough until the year 5188. */
const TIME_DIGITS = 9;
const MAX_TIME = 36 ** TIME_DIGITS - 1;

/** One page of a list over all shards, in order of time. @throws RangeError when the cursor is malformed. */
export async function pageOf(
  redis: Redis,
  list: EventList,
  appId: string,
  shards: number,
  query: ListQuery,
): Promise<EventPage> {
  const range = rangeOf(query);
  const lists = await Promise.all(
    Array.from({ length: shards }, (_, shard) => readEntries(redis, list, shard, appId, { ...range, ...query })),
  );
  const merged = lists.flatMap((entries, shard) => entries.map((entry) => ({ entry, shard })));
  const sign = query.order === 'append' ? 1 : -1;
  merged.sort((a, b) => (a.entry < b.entry ? -sign : sign));
  const page = merged.slice(0, query.limit);
  const last = page.at(-1);
  return {
    refs: page.map(({ entry, shard }) => ({ ...decodeEntry(entry), shard })),
    ...(last && merged.length > page.length ? { cursor: encodeCursor(last.entry) } : {}),
  };
}

/** The cursor of the page that begins after an event. */
export const cursorAfter = ({ key }: Pick<EventRef, 'key'>): string => encodeCursor(entryOf(key));

const encodeCursor = (entry: string): string => Buffer.from(entry).toString('base64url');

/** The position of an event among those of all shards: by time, then key. No two share one. */
export const entryOf = (key: string): string => encodeTime(eventKeyTime(key)) + key;

const decodeEntry = (entry: string) => ({
  key: entry.slice(TIME_DIGITS),
  at: Number.parseInt(entry.slice(0, TIME_DIGITS), 36),
});

const encodeTime = (at: number): string => Math.min(Math.max(at, 0), MAX_TIME).toString(36).padStart(TIME_DIGITS, '0');

/** The bounds of a query as sorted-set members: a time sorts before every entry of that time. */
function rangeOf({ from = 0, to = MAX_TIME - 1, cursor, order }: ListQuery): { min: string; max: string } {
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

interface EntryRange extends Pick<ListQuery, 'limit' | 'order'> {
  min: string;
  max: string;
}

/** One more than the page holds, to see whether another page follows. */
async function readEntries(
  redis: Redis,
  { chunks, old }: EventList,
  shard: number,
  appId: string,
  { min, max, limit, order }: EntryRange,
): Promise<string[]> {
  const reverse = order === 'prepend';
  const range = { min: keyBound(min), max: keyBound(max), limit: limit + 1, reverse };
  const before = old?.(shard, appId);
  const [listed, listedBefore] = await Promise.all([
    Promise.all(chunks.map((list) => readChunks(redis, list(shard, appId), range))),
    before === undefined
      ? []
      : reverse
        ? redis.zrange(before, max, min, 'BYLEX', 'REV', 'LIMIT', 0, limit + 1)
        : redis.zrange(before, min, max, 'BYLEX', 'LIMIT', 0, limit + 1),
  ]);
  return [...listed.flat().map(entryOf), ...listedBefore];
}

/** A bound for entries as one for keys, which have the eight digits of a time that is not too far off. */
function keyBound(bound: string): string {
  const [bracket, time, key] = [bound.slice(0, 1), bound.slice(1, 1 + TIME_DIGITS), bound.slice(1 + TIME_DIGITS)];
  return bracket + (key || `e${time.startsWith('0') ? time.slice(1) : 'z'.repeat(TIME_DIGITS - 1)}`);
}
