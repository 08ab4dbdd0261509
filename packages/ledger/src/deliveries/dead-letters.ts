import { parseDeliveryId } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { LOAD_LUA } from '../admission/load.lua.ts';
import { LOOKS_LUA } from '../event/looks.lua.ts';
import { COUNT_OPEN } from '../event/open-usage.ts';
import { keys, loadField } from '../keys.ts';
import { DROP_LETTER_LUA } from './drop-letter.lua.ts';
import { type DeadLetterFilter, type FoundDeadLetter, isOf, letterField, letterOf } from './letter-record.ts';
import type { DeadLetter } from './settlement.ts';
import { STATE_BITS, stateNumber } from './states.ts';

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
  /** Of the page before. */
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

/** Makes a rejected delivery `retrying`, since it gets a job of its own; takes its letter off, stores its deadline. */
const REOPEN = script<number>(`
-- KEYS event, states, load, root of the shard's keys, dead letters, attempts
-- ARGV event key, ordinal, delivery id, load field, deadline, first sweep, now
-- returns 1, 0 when there is no such letter or the delivery is not rejected, -1 when the event is gone
${COUNT_OPEN}
${LOOKS_LUA}
${LOAD_LUA}
redis.call('ZREM', KEYS[5], ARGV[3])
if redis.call('HDEL', KEYS[6], 'd' .. ARGV[2]) == 0 then return 0 end
local exp = redis.call('HGET', KEYS[1], 'exp')
if not exp then return -1 end
local state = redis.call('BITFIELD', KEYS[2], 'GET', '${STATE_BITS}', '#' .. ARGV[2])[1]
if state ~= ${stateNumber('rejected')} then return 0 end
redis.call('BITFIELD', KEYS[2], 'SET', '${STATE_BITS}', '#' .. ARGV[2], ${stateNumber('retrying')})
redis.call('HINCRBY', KEYS[1], 'rejected', -1)
local of = redis.call('HMGET', KEYS[1], 'app', 'lane')
local app, lane = of[1], of[2]
if redis.call('HDEL', KEYS[1], 'done') == 1 then
  countOpen(KEYS[4], lane, app, 1, redis.call('HSTRLEN', KEYS[1], 'ev'), tonumber(exp))
  -- A check that stopped half-way is over: the next one begins at the first slice.
  redis.call('HDEL', KEYS[1], 'swept')
end
countLoad(KEYS[3], loadLanes(KEYS[1])(ARGV[2]), ARGV[4], ${stateNumber('retrying')}, 1)
redis.call('HSET', KEYS[6], 'x' .. ARGV[2], ARGV[5])
redis.call('PEXPIREAT', KEYS[6], exp)
lookAt(KEYS[4] .. 'open', lane, app, ARGV[1], ARGV[6])
redis.call('ZADD', KEYS[4] .. 'open:' .. lane, 'NX', ARGV[7], ARGV[1])
return 1
`);

/**
 * Reopens one dead letter for a replay, once. Returns false when there was nothing to reopen: another replay was first,
 * the letter was dismissed or dropped meanwhile, or its event's record has expired (then the letter goes as well).
 */
export async function reopen(
  redis: Redis,
  appId: string,
  letter: FoundDeadLetter,
  when: { now: number; deadline: number; sweepAt: number },
): Promise<boolean> {
  const { shard, key } = letter.ref;
  const answer = await REOPEN(
    redis,
    [
      keys.event(shard, key),
      keys.states(shard, key),
      keys.load(shard),
      keys.root(shard),
      keys.deadLetters(shard, appId),
      keys.attempts(shard, key),
    ],
    [key, letter.ordinal, letter.id, loadField(appId, letter.provider), when.deadline, when.sweepAt, when.now],
  );
  return answer === 1;
}

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
