import { deliveryId, type EventRef } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { readProgress } from '../event/progress.ts';
import { keys } from '../keys.ts';
import { type DeadLetterPage, type DeadLetterSearch, MOST_LOOKED } from './dead-letters.ts';
import { type FoundDeadLetter, isOf, letterField, letterOf } from './letter-record.ts';

/** Deliveries looked at in one round trip. */
const READ = 1000;

/**
 * One page of an event's dead letters, in the order of its deliveries; the cursor is that of the next delivery. Looks
 * at the event alone, however many other dead letters the app has, and at about `most` of its deliveries: a page of a
 * selective filter may be short, even empty, and have a cursor.
 * @throws RangeError if the cursor is invalid.
 */
export async function listLettersOfEvent(
  redis: Redis,
  appId: string,
  ref: EventRef,
  { filter = {}, cursor, limit, most = MOST_LOOKED }: DeadLetterSearch,
): Promise<DeadLetterPage> {
  const letters: FoundDeadLetter[] = [];
  const first = decodeOrdinal(cursor);
  const counts = (await readProgress(redis, ref))?.counts;
  const planned = counts?.rejected ? counts.planned : 0;
  for (let from = first; from < planned; from += READ) {
    if (from - first >= most) return { letters, looked: from - first, cursor: encodeOrdinal(from) };
    for (const letter of await readLetters(redis, appId, ref, { from, to: Math.min(planned, from + READ) })) {
      if (isOf(letter, filter)) letters.push(letter);
      if (letters.length < limit) continue;
      const next = letter.ordinal + 1;
      return { letters, looked: next - first, cursor: encodeOrdinal(next) };
    }
  }
  return { letters, looked: Math.max(0, planned - first) };
}

async function readLetters(
  redis: Redis,
  appId: string,
  ref: EventRef,
  { from, to }: { from: number; to: number },
): Promise<FoundDeadLetter[]> {
  const { shard, key } = ref;
  const ordinals = Array.from({ length: to - from }, (_, i) => from + i);
  const texts = await redis.hmget(keys.attempts(shard, key), ...ordinals.map(letterField));
  const found = ordinals.flatMap((ordinal, i) => {
    const text = texts[i];
    return text == null ? [] : [{ text, id: deliveryId(key, ordinal), ordinal }];
  });
  if (found.length === 0) return [];
  const scores = await redis.zmscore(keys.deadLetters(shard, appId), ...found.map(({ id }) => id));
  return found.flatMap(({ text, ...where }, i) => {
    const at = scores[i];
    return at ? [letterOf(text, { ...where, at: Number(at), ref })] : [];
  });
}

const encodeOrdinal = (ordinal: number): string => Buffer.from(`event ${ordinal}`).toString('base64url');

function decodeOrdinal(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const [, ordinal] = /^event (\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (ordinal === undefined) throw new RangeError('not a cursor');
  return Number(ordinal);
}
