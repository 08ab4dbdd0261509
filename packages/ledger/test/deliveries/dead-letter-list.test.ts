import type { EventRef, ProviderKind } from '@fanfare/core';
import { shardTag } from '@fanfare/redis';
import { startTestRedis } from '@fanfare/testkit';
import { describe, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import {
  type DeadLetterFilter,
  dropDeadLetter,
  type FoundDeadLetter,
  listDeadLetters,
  settle,
  summarizeDeadLetters,
} from '../../src/index.ts';
import { APP, NOW, planned, users } from '../support/events.ts';

/** Writes dead letters of an event; `at` is the time of each, by ordinal. */
async function letters(
  redis: Redis,
  at: number[],
  over: { shard?: number; provider?: ProviderKind; reason?: string } = {},
) {
  const { shard = 0, provider = 'custom', reason = 'http_400' } = over;
  let ref: EventRef = await planned(redis, users(at.length), { id: `msg-${shard}-${at[0]}-${provider}` });
  if (shard > 0) {
    // Not renamed, since on a cluster the shards are in different slots.
    const event = `{p0}:ev:${ref.key}`;
    await redis.restore(`${shardTag(shard)}:ev:${ref.key}`, 0, (await redis.dumpBuffer(event)) as Buffer);
    await redis.del(event);
    ref = { ...ref, shard };
  }
  for (const [ordinal, time] of at.entries()) {
    const deadLetter = { eventId: 'msg', uid: `u${ordinal}`, provider, reason, attempts: 1 };
    await settle(redis, ref, APP, [{ ordinal, provider, state: 'rejected', deadLetter }], time);
  }
  return ref;
}

/** All pages, one after the other; `between` is called after each. */
async function pages(
  redis: Redis,
  limit: number,
  options: { shards?: number; filter?: DeadLetterFilter; between?: (page: FoundDeadLetter[]) => Promise<unknown> } = {},
): Promise<FoundDeadLetter[][]> {
  const all: FoundDeadLetter[][] = [];
  let cursor: string | undefined;
  do {
    const page = await listDeadLetters(redis, APP, options.shards ?? 1, {
      ...(options.filter ? { filter: options.filter } : {}),
      cursor,
      limit,
    });
    all.push(page.letters);
    await options.between?.(page.letters);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return all;
}

const times = (n: number) => Array.from({ length: n }, (_, i) => NOW + i);
const ages = (list: FoundDeadLetter[][]) => list.flat().map((letter) => letter.at - NOW);

test('no letters are one empty page', async () => {
  await using own = await startTestRedis();
  expect(await listDeadLetters(own.redis, APP, 3, { limit: 10 })).toEqual({ letters: [], looked: 0 });
});

test('every page but the last is full, newest first, every letter once', async () => {
  await using own = await startTestRedis();
  await letters(own.redis, times(25));
  const all = await pages(own.redis, 10);
  expect(all.map((page) => page.length)).toEqual([10, 10, 5]);
  expect(ages(all)).toEqual(times(25).map((_, i) => 24 - i));
});

test('more letters than one read takes, many in one millisecond, are each listed once', async () => {
  await using own = await startTestRedis();
  await letters(
    own.redis,
    Array.from({ length: 450 }, (_, i) => NOW + Math.floor(i / 150)),
  );
  for (const limit of [7, 200, 450, 1000]) {
    const ids = (await pages(own.redis, limit)).flat().map((letter) => letter.id);
    expect([ids.length, new Set(ids).size]).toEqual([450, 450]);
  }
});

test('shards follow one another', async () => {
  await using own = await startTestRedis();
  await letters(own.redis, times(5));
  await letters(own.redis, times(3), { shard: 2 });
  const all = await pages(own.redis, 3, { shards: 4 });
  expect(all.map((page) => page.map((letter) => letter.ref.shard))).toEqual([
    [0, 0, 0],
    [0, 0, 2],
    [2, 2],
  ]);
});

test.each<[string, DeadLetterFilter, number]>([
  ['a provider', { provider: 'fcm' }, 30],
  ['a reason', { reason: 'http_403' }, 20],
  ['both', { provider: 'fcm', reason: 'http_403' }, 0],
  ['none', {}, 280],
])('filtered by %s, pages are full but the last', async (_, filter, expected) => {
  await using own = await startTestRedis();
  await letters(own.redis, times(230));
  await letters(own.redis, times(30), { provider: 'fcm', reason: 'UNREGISTERED' });
  await letters(own.redis, times(20), { provider: 'apns', reason: 'http_403' });
  const all = await pages(own.redis, 9, { filter });
  expect(all.flat()).toHaveLength(expected);
  expect(all.slice(0, -1).every((page) => page.length === 9)).toBe(true);
});

test('a rare reason is searched a bounded number of entries at a time', async () => {
  await using own = await startTestRedis();
  await letters(own.redis, [NOW + 10], { reason: 'rare' });
  await letters(own.redis, times(650), { provider: 'fcm' });
  await letters(own.redis, [NOW], { reason: 'rare', shard: 1 });
  const found: [uids: string[], looked: number][] = [];
  let cursor: string | undefined;
  do {
    const page = await listDeadLetters(own.redis, APP, 2, { filter: { reason: 'rare' }, cursor, limit: 5, most: 400 });
    found.push([page.letters.map(({ uid }) => uid), page.looked]);
    cursor = page.cursor;
  } while (cursor !== undefined);
  expect(found).toEqual([
    [[], 400],
    [['u0', 'u0'], 252],
  ]);
});

test('looked counts up to the letter that fills the page', async () => {
  await using own = await startTestRedis();
  const apart = times(30).map((at, i) => at + i);
  await letters(own.redis, apart, { provider: 'fcm' });
  await letters(own.redis, [NOW + 11]);
  const page = await listDeadLetters(own.redis, APP, 1, { filter: { provider: 'custom' }, limit: 1 });
  expect([page.letters.map(({ at }) => at), page.looked]).toEqual([[NOW + 11], 25]);
});

describe('letters added or removed between two pages shift nothing', () => {
  test.each([
    ['one a millisecond', (i: number) => NOW + i],
    ['all in one millisecond', () => NOW],
    ['some a millisecond', (i: number) => NOW + Math.floor(i / 7)],
  ])('%s, each page dropped as soon as it is read, as a replay does', async (_, at) => {
    await using own = await startTestRedis();
    await letters(
      own.redis,
      Array.from({ length: 60 }, (_, i) => at(i)),
    );
    const drop = (page: FoundDeadLetter[]) => Promise.all(page.map((it) => dropDeadLetter(own.redis, APP, it)));
    const ids = (await pages(own.redis, 10, { between: drop })).flat().map((letter) => letter.id);
    expect([ids.length, new Set(ids).size]).toEqual([60, 60]);
  });

  test('dropping the last of a page, many in one millisecond, repeats none and omits none', async () => {
    await using own = await startTestRedis();
    await letters(
      own.redis,
      Array.from({ length: 60 }, () => NOW),
    );
    const drop = async (page: FoundDeadLetter[]) => {
      for (const letter of page.slice(-1)) await dropDeadLetter(own.redis, APP, letter);
    };
    const ids = (await pages(own.redis, 10, { between: drop })).flat().map((letter) => letter.id);
    expect([ids.length, new Set(ids).size]).toEqual([60, 60]);
  });

  test('new letters do not appear on later pages', async () => {
    await using own = await startTestRedis();
    await letters(own.redis, times(30));
    let come = 1000;
    const add = () => letters(own.redis, [NOW + ++come]);
    expect(ages(await pages(own.redis, 10, { between: add }))).toEqual(times(30).map((_, i) => 29 - i));
  });
});

test.each(['', 'x', 'AAAA', btoa('0'), btoa('0 1'), btoa('-1 5 id'), btoa('0 NaN id'), btoa('0 1e999 id'), '💥'])(
  'what is no cursor of ours is refused or begins anew: %j',
  async (cursor) => {
    await using own = await startTestRedis();
    await letters(own.redis, times(2));
    const page = listDeadLetters(own.redis, APP, 1, { cursor, limit: 1 });
    if (cursor === '') expect((await page).letters).toHaveLength(1);
    else await expect(page).rejects.toThrow(RangeError);
  },
);

test('a cursor of a removed shard ends the list', async () => {
  await using own = await startTestRedis();
  await letters(own.redis, times(2));
  expect(await listDeadLetters(own.redis, APP, 1, { cursor: btoa('9 1 id'), limit: 1 })).toEqual({
    letters: [],
    looked: 0,
  });
});

describe('a summary', () => {
  test('counts the letters of each provider and reason over all shards, with the newest as a sample', async () => {
    await using own = await startTestRedis();
    await letters(own.redis, [NOW, NOW + 5, NOW + 2]);
    await letters(own.redis, [NOW + 9], { shard: 1 });
    await letters(own.redis, [NOW + 1, NOW + 3], { provider: 'fcm', reason: 'INVALID_ARGUMENT' });
    const { groups, looked, cursor } = await summarizeDeadLetters(own.redis, APP, 2, { most: 1000 });
    expect([looked, cursor]).toEqual([6, undefined]);
    expect(groups).toEqual([
      {
        ...{ provider: 'custom', reason: 'http_400', count: 4, first: NOW, last: NOW + 9 },
        byHour: expect.any(Array),
        sample: expect.objectContaining({ at: NOW + 9, uid: 'u0' }),
      },
      {
        ...{ provider: 'fcm', reason: 'INVALID_ARGUMENT', count: 2, first: NOW + 1, last: NOW + 3 },
        byHour: expect.any(Array),
        sample: expect.objectContaining({ at: NOW + 3, uid: 'u1' }),
      },
    ]);
  });

  test('says in which hours the letters of a group were given up', async () => {
    await using own = await startTestRedis();
    const hour = NOW - (NOW % 3_600_000);
    await letters(own.redis, [hour, hour + 3_599_999, hour - 1, hour + 7_200_000]);
    const { groups } = await summarizeDeadLetters(own.redis, APP, 1, { most: 1000 });
    expect(groups.map(({ byHour }) => byHour)).toEqual([
      [
        { at: hour - 3_600_000, count: 1 },
        { at: hour, count: 2 },
        { at: hour + 7_200_000, count: 1 },
      ],
    ]);
  });

  test('of many is continued where it left off, and counts each once', async () => {
    await using own = await startTestRedis();
    await letters(own.redis, times(450));
    await letters(own.redis, [NOW], { shard: 1 });
    const counts: number[] = [];
    let cursor: string | undefined;
    do {
      const summary = await summarizeDeadLetters(own.redis, APP, 2, { cursor, most: 100 });
      counts.push(...summary.groups.map(({ count }) => count));
      cursor = summary.cursor;
    } while (cursor !== undefined);
    expect(counts).toEqual([200, 200, 51]);
  });
});
