import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { dropDeadLetter, listLettersOfEvent, settle } from '../../src/index.ts';
import { APP, NOW, planned, users } from '../support/events.ts';

/** An event of which every third delivery was given up. */
async function anEvent(redis: Redis, id: string, deliveries: number) {
  const ref = await planned(redis, users(deliveries), { id });
  const settlements = Array.from({ length: deliveries }, (_, ordinal) => {
    const given = { ordinal, provider: 'custom' as const };
    if (ordinal % 3 !== 0) return { ...given, state: 'accepted' as const };
    const reason = ordinal % 2 === 0 ? 'http_400' : 'http_410';
    const deadLetter = { eventId: id, uid: `u${ordinal}`, provider: 'custom' as const, reason, attempts: 1 };
    return { ...given, state: 'rejected' as const, deadLetter };
  });
  await settle(redis, ref, APP, settlements, NOW);
  return ref;
}

test('the dead letters of an event are found without looking at others, page by page, each once', async () => {
  await using own = await startTestRedis();
  await anEvent(own.redis, 'another', 30);
  const ref = await anEvent(own.redis, 'wanted', 2500);
  const pages: number[][] = [];
  let cursor: string | undefined;
  do {
    const page = await listLettersOfEvent(own.redis, APP, ref, { cursor, limit: 300 });
    pages.push(page.letters.map(({ ordinal }) => ordinal));
    // As a replay does.
    for (const letter of page.letters.slice(0, 5)) await dropDeadLetter(own.redis, APP, letter);
    cursor = page.cursor;
  } while (cursor !== undefined);
  expect(pages.map((page) => page.length)).toEqual([300, 300, 234]);
  expect(pages.flat()).toEqual(Array.from({ length: 834 }, (_, i) => 3 * i));
  const { letters } = await listLettersOfEvent(own.redis, APP, ref, { limit: 1 });
  expect(letters).toMatchObject([{ eventId: 'wanted', uid: 'u15', ref, at: NOW }]);
});

test('a filter that matches few is searched a bounded number of deliveries at a time', async () => {
  await using own = await startTestRedis();
  const ref = await anEvent(own.redis, 'wanted', 2500);
  const filter = { provider: 'fcm' as const };
  const looked: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await listLettersOfEvent(own.redis, APP, ref, { filter, cursor, limit: 10, most: 1000 });
    expect(page.letters).toEqual([]);
    looked.push(page.looked);
    cursor = page.cursor;
  } while (cursor !== undefined);
  expect(looked).toEqual([1000, 1000, 500]);
});

test('a filter applies besides; an event that is gone has none; a cursor of another list is refused', async () => {
  await using own = await startTestRedis();
  const ref = await anEvent(own.redis, 'wanted', 12);
  const filter = { reason: 'http_410' };
  const { letters, cursor } = await listLettersOfEvent(own.redis, APP, ref, { filter, limit: 10 });
  expect([letters.map(({ uid }) => uid), cursor]).toEqual([['u3', 'u9'], undefined]);
  expect(await listLettersOfEvent(own.redis, APP, { ...ref, key: 'gone' }, { limit: 10 })).toEqual({
    letters: [],
    looked: 0,
  });
  const page = { cursor: Buffer.from('0 5 x').toString('base64url'), limit: 1 };
  await expect(listLettersOfEvent(own.redis, APP, ref, page)).rejects.toThrow(RangeError);
});

test('an event without a rejected delivery is not searched', async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, users(3));
  await own.redis.config('RESETSTAT');
  expect(await listLettersOfEvent(own.redis, APP, ref, { limit: 10 })).toEqual({ letters: [], looked: 0 });
  expect(await own.redis.info('commandstats')).not.toContain('cmdstat_hmget');
});
