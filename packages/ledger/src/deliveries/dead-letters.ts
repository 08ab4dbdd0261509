import { parseDeliveryId } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { DROP_LETTER_LUA } from './drop-letter.lua.ts';
import { type DeadLetterFilter, type FoundDeadLetter, isOf, letterField, letterOf } from './letter-record.ts';
import type { DeadLetter } from './settlement.ts';

/** Why a delivery was given up, with the provider's answer if it had one. */
export const deadLetterText = ({ reason, detail }: Pick<DeadLetter, 'reason' | 'detail'>): string =>
  detail === undefined ? reason : `${reason}: ${detail}`;

/** A page of dead letters, and how far the search has come; `cursor` continues it and is absent at the end. */
export interface DeadLetterPage {
  letters: FoundDeadLetter[];
  /** Entries looked at. */
  looked: number;
  cursor?: string;
}

/** About the most entries that one page looks at. */
export const MOST_LOOKED = 2000;

/** What a page of dead letters is to hold. */
export interface DeadLetterSearch {
  filter?: DeadLetterFilter;
  /** The `cursor` of the page before. */
  cursor?: string | undefined;
  limit: number;
  /** About how many entries are looked at. */
  most?: number;
}

const SCAN = 200;

/**
 * One page of an app's dead letters, newest first in each shard. The cursor is the position of the last letter, so that
 * changes in between do not shift the pages. A page of a selective filter may be short, even empty, and have a cursor:
 * it looks at about `most` entries.
 * @throws RangeError if the cursor is invalid.
 */
export async function listDeadLetters(
  redis: Redis,
  appId: string,
  shards: number,
  { filter = {}, cursor, limit, most = MOST_LOOKED }: DeadLetterSearch,
): Promise<DeadLetterPage> {
  const letters: FoundDeadLetter[] = [];
  let looked = 0;
  let position = decodePosition(cursor);
  while (position.shard < shards) {
    if (looked >= most) return { letters, looked, cursor: encodePosition(position) };
    const batch = await readBatch(redis, appId, position);
    for (const letter of batch.letters) {
      if (isOf(letter, filter)) letters.push(letter);
      if (letters.length < limit) continue;
      const { ref, at, id } = letter;
      const cursor = encodePosition({ shard: ref.shard, at, id });
      return { letters, looked: looked + batch.ids.indexOf(id) + 1, cursor };
    }
    looked += batch.ids.length;
    position = batch.next;
  }
  return { letters, looked };
}

/** An app's dead letters from a cursor on, a few hundred at a time, each with the cursor of those that follow. */
export async function* walkDeadLetters(
  redis: Redis,
  appId: string,
  shards: number,
  cursor: string | undefined,
): AsyncGenerator<{ letters: FoundDeadLetter[]; next: string | undefined }> {
  let position = decodePosition(cursor);
  while (position.shard < shards) {
    const { letters, next } = await readBatch(redis, appId, position);
    position = next;
    yield { letters, next: next.shard < shards ? encodePosition(next) : undefined };
  }
}

/** The dead letters with these ids that exist, in the order asked. */
export async function findDeadLetters(
  redis: Redis,
  appId: string,
  shards: number,
  ids: readonly string[],
): Promise<FoundDeadLetter[]> {
  const found = new Map<string, FoundDeadLetter>();
  for (let shard = 0; shard < shards && ids.length > 0; shard++) {
    for (const letter of await readRecords(redis, appId, shard, ids)) found.set(letter.id, letter);
  }
  return ids.flatMap((id) => found.get(id) ?? []);
}

/**
 * The dead letter of one rejected delivery whose shard is known, with the provider's message. Undefined when it has
 * none.
 */
export async function readDeadLetterOf(
  redis: Redis,
  appId: string,
  shard: number,
  deliveryId: string,
): Promise<FoundDeadLetter | undefined> {
  const [letter] = await readRecords(redis, appId, shard, [deliveryId]);
  return letter;
}

const DROP = script<number>(`
-- KEYS dead letters, root of the shard's keys
-- ARGV delivery id
-- returns 1 when the letter was on the list, else 0
${DROP_LETTER_LUA}
local removed = redis.call('ZREM', KEYS[1], ARGV[1])
dropLetter(KEYS[2], ARGV[1])
return removed
`);

/**
 * Removes a dead letter from the list; the delivery stays rejected. After the last one of an event, the sweeper removes
 * the event's content (finished/shed-content.ts).
 */
export const dropDeadLetter = async (redis: Redis, appId: string, { id, ref }: FoundDeadLetter): Promise<boolean> =>
  (await DROP(redis, [keys.deadLetters(ref.shard, appId), keys.root(ref.shard)], [id])) === 1;

/** A position in the list: after the letter with this time and id or, without them, before the first of a shard. */
interface ListPosition {
  shard: number;
  at?: number;
  id?: string;
}

const encodePosition = ({ shard, at, id }: ListPosition): string =>
  Buffer.from(id === undefined ? `${shard} start` : `${shard} ${at} ${id}`).toString('base64url');

function decodePosition(cursor: string | undefined): ListPosition {
  if (!cursor) return { shard: 0 };
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, shard, at, id] = /^(\d{1,4}) (?:start|(\d{1,16}) (\S+))$/.exec(text) ?? [];
  if (shard === undefined) throw new RangeError('not a cursor');
  return id === undefined ? { shard: Number(shard) } : { shard: Number(shard), at: Number(at), id };
}

/**
 * The next letters after a position, newest first; within one millisecond by descending id, as Redis sorts. Reads by
 * time and id, never by rank: ranks shift while letters are added and removed.
 */
async function readBatch(
  redis: Redis,
  appId: string,
  { shard, at, id = '' }: ListPosition,
): Promise<{ ids: string[]; letters: FoundDeadLetter[]; next: ListPosition }> {
  const key = keys.deadLetters(shard, appId);
  const before = at === undefined ? '+inf' : `(${at}`;
  const [peers, older] = await Promise.all([
    at === undefined ? [] : redis.zrange(key, String(at), String(at), 'BYSCORE', 'REV'),
    redis.zrange(key, before, '-inf', 'BYSCORE', 'REV', 'LIMIT', 0, SCAN, 'WITHSCORES'),
  ]);
  const ids = [...peers.filter((peer) => peer < id), ...older.filter((_, i) => i % 2 === 0)];
  const [lastId, lastAt] = older.slice(-2);
  return {
    ids,
    letters: await readRecords(redis, appId, shard, ids),
    next: lastId && older.length === 2 * SCAN ? { shard, at: Number(lastAt), id: lastId } : { shard: shard + 1 },
  };
}

/** A letter is stored with its event and expires with it, even if its id is still on the list. */
async function readRecords(
  redis: Redis,
  appId: string,
  shard: number,
  ids: readonly string[],
): Promise<FoundDeadLetter[]> {
  if (ids.length === 0) return [];
  const [scores, letters] = await Promise.all([
    redis.zmscore(keys.deadLetters(shard, appId), ...ids),
    Promise.all(ids.map((id) => readRecord(redis, shard, id))),
  ]);
  return ids.flatMap((id, i) => {
    const [at, letter] = [scores[i], letters[i]];
    if (!at || !letter) return [];
    const { text, eventKey, ordinal } = letter;
    return [letterOf(text, { id, at: Number(at), ref: { shard, key: eventKey }, ordinal })];
  });
}

async function readRecord(redis: Redis, shard: number, id: string) {
  const parsed = parseDeliveryId(id);
  const text = parsed && (await redis.hget(keys.attempts(shard, parsed.eventKey), letterField(parsed.ordinal)));
  return text ? { ...parsed, text } : undefined;
}
