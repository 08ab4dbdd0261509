import { newEventKey } from '@fanfare/core';
import { shardTag } from '@fanfare/redis';
import { startTestRedis } from '@fanfare/testkit';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { cursorAfter, isLogged, type ListedRef, type ListQuery, pageLogged, recordLogged } from '../../src/index.ts';
import { APP, HOUR, NOW } from '../support/events.ts';

const SHARDS = 3;

/** An event that was received `at` ms after `NOW`. */
const entry = (i: number, at: number): ListedRef => ({
  key: newEventKey(NOW + at, () => (i + 0.5) / 36 ** 9),
  shard: i % SHARDS,
  at: NOW + at,
});

const eventKey = ({ key, shard }: ListedRef) => `${shardTag(shard)}:ev:${key}`;

/** Lists stored events. */
async function log(redis: Redis, entries: readonly ListedRef[], keepMs = HOUR) {
  for (const entry of entries) {
    await redis.hset(eventKey(entry), 'at', entry.at);
    await recordLogged(redis, APP, [entry], keepMs);
  }
}

/** All pages of a query, one after the other. */
async function readLog(redis: Redis, query: Omit<ListQuery, 'cursor'>): Promise<ListedRef[][]> {
  const pages: ListedRef[][] = [];
  let cursor: string | undefined;
  do {
    const page = await pageLogged(redis, APP, SHARDS, { ...query, cursor });
    pages.push(page.refs);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return pages;
}

// Two events per millisecond, and a crowd in one of them.
const ENTRIES = Array.from({ length: 40 }, (_, i) => entry(i, i < 20 ? Math.floor(i / 2) : 10));

describe('the log of an app', () => {
  test.each([1, 3, 7, 40, 100])('is read in pages of %d, newest or oldest first, over all shards', async (limit) => {
    await using own = await startTestRedis();
    await log(own.redis, ENTRIES.toReversed());
    const [forward, back] = [
      await readLog(own.redis, { limit, order: 'append' }),
      await readLog(own.redis, { limit, order: 'prepend' }),
    ];
    expect(forward.flat()).toEqual(ENTRIES);
    expect(back.flat()).toEqual(ENTRIES.toReversed());
    for (const pages of [forward, back]) {
      expect(pages).toHaveLength(Math.ceil(ENTRIES.length / limit));
      expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
    }
  });

  test('is read from one time to another, both included', async () => {
    await using own = await startTestRedis();
    await log(own.redis, ENTRIES);
    const between = { from: NOW + 2, to: NOW + 4 };
    expect(await readLog(own.redis, { ...between, limit: 4, order: 'append' })).toEqual([
      ENTRIES.slice(4, 8),
      ENTRIES.slice(8, 10),
    ]);
    expect((await readLog(own.redis, { ...between, limit: 4, order: 'prepend' })).flat()).toEqual(
      ENTRIES.slice(4, 10).toReversed(),
    );
    expect(await readLog(own.redis, { from: NOW + 11, to: 8.64e15, limit: 4, order: 'append' })).toEqual([[]]);
    expect((await readLog(own.redis, { from: 0, to: 8.64e15, limit: 99, order: 'append' })).flat()).toEqual(ENTRIES);
  });

  test('does not shift while entries are added: a page continues where the last one ended', async () => {
    await using own = await startTestRedis();
    await log(own.redis, ENTRIES.slice(0, 10));
    const first = await pageLogged(own.redis, APP, SHARDS, { limit: 4, order: 'prepend' });
    await log(own.redis, ENTRIES.slice(10));
    const second = await pageLogged(own.redis, APP, SHARDS, { limit: 99, order: 'prepend', cursor: first.cursor });
    expect([...first.refs, ...second.refs]).toEqual(ENTRIES.slice(0, 10).toReversed());
  });

  test('lists an event once, and only in its app', async () => {
    await using own = await startTestRedis();
    await log(own.redis, [entry(1, 0), entry(1, 0)]);
    expect(await readLog(own.redis, { limit: 9, order: 'append' })).toEqual([[entry(1, 0)]]);
    expect(await pageLogged(own.redis, 'bank', SHARDS, { limit: 9, order: 'append' })).toEqual({ refs: [] });
  });

  test.each(['', 'x', 'KHBnKQ', Buffer.from('[a').toString('base64url')])('refuses the cursor %j', async (cursor) => {
    await using own = await startTestRedis();
    const page = pageLogged(own.redis, APP, SHARDS, { limit: 9, order: 'append', cursor });
    await expect(page).rejects.toThrow(RangeError);
  });
});

test('the list expires with the event on it that is kept longest', async () => {
  await using own = await startTestRedis();
  await log(own.redis, [entry(0, 0)], 2 * HOUR);
  await log(own.redis, [entry(3, 1)], HOUR);
  const left = await own.redis.pttl(`{p0}:logged:${APP}`);
  expect(left).toBeGreaterThan(HOUR);
  expect(left).toBeLessThanOrEqual((2 * HOUR * 25) / 24);
});

test.each(['append', 'prepend'] as const)(
  '%s reads a long log from its middle, whose events came late',
  async (order) => {
    await using own = await startTestRedis();
    const all = Array.from({ length: 700 }, (_, i) => entry(SHARDS * i, i));
    const late = all.filter((_, i) => i % 7 === 0);
    await log(own.redis, [...all.filter((_, i) => i % 7 !== 0), ...late]);
    const inOrder = (refs: readonly ListedRef[]) => (order === 'append' ? refs : refs.toReversed());
    for (const [from, to] of [
      [0, 699],
      [100, 500],
      [130, 131],
      [701, 800],
    ] as const) {
      const pages = await readLog(own.redis, { from: NOW + from, to: NOW + to, limit: 50, order });
      expect(pages.flat()).toEqual(inOrder(all.slice(from, to + 1)));
    }
  },
);

test('what versions before have listed is read with the rest', async () => {
  await using own = await startTestRedis();
  const all = Array.from({ length: 9 }, (_, i) => entry(SHARDS * i, i));
  const [oldest, old, recent] = [0, 1, 2].map((part) => all.filter((_, i) => i % 3 === part)) as ListedRef[][];
  const text = ({ key, at }: ListedRef) => at.toString(36).padStart(9, '0') + key;
  for (const one of oldest ?? []) await own.redis.zadd(`{p0}:log:${APP}`, 0, text(one));
  // Chunks that were sorted sets.
  const list = `{p0}:logs:${APP}`;
  for (const { key } of old ?? []) {
    const chunk = key < (old?.[2]?.key ?? '') ? old?.[0]?.key : key;
    await own.redis.zadd(list, 0, chunk as string);
    await own.redis.zadd(`${list}:${chunk}`, 0, key);
  }
  await log(own.redis, recent ?? []);
  expect((await readLog(own.redis, { limit: 3, order: 'append' })).flat()).toEqual(all);
  expect((await readLog(own.redis, { limit: 3, order: 'prepend' })).flat()).toEqual(all.toReversed());
  for (const listed of all.slice(0, 3)) expect(await isLogged(own.redis, APP, listed)).toBe(true);
  expect(await isLogged(own.redis, APP, entry(99, 99))).toBe(false);
});

test('many are listed at once, in any order, repeatedly', async () => {
  await using own = await startTestRedis();
  const many = Array.from({ length: 400 }, (_, i) => entry(i, i));
  for (const each of many) await own.redis.hset(eventKey(each), 'at', each.at);
  await recordLogged(own.redis, APP, many.slice(200), HOUR);
  await recordLogged(own.redis, APP, many.slice(0, 250), HOUR);
  expect((await readLog(own.redis, { limit: 999, order: 'append' })).flat()).toEqual(many);
  const after = cursorAfter(many[399 - 10] as ListedRef);
  const page = await pageLogged(own.redis, APP, SHARDS, { limit: 3, order: 'prepend', cursor: after });
  expect(page.refs).toEqual(many.slice(386, 389).reverse());
});

/** No chunk is larger than what is split, and what is appended at once. */
async function expectSmallChunks(redis: Redis) {
  for (const chunk of await redis.keys('*:logged:*:*')) expect(await redis.strlen(chunk)).toBeLessThan(25_000);
}

test('whatever the order and the number listed at once, all are read in order, once', async () => {
  await using own = await startTestRedis();
  const all = Array.from({ length: 400 }, (_, i) => entry(SHARDS * i, i));
  for (const each of all) await own.redis.hset(eventKey(each), 'at', each.at);
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(all, { minLength: 1 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 300 })),
      async (listed, sizes) => {
        await Promise.all((await own.redis.keys('*:logged:*')).map((key) => own.redis.del(key)));
        for (let from = 0; from < listed.length; ) {
          const size = sizes.next().value as number;
          await recordLogged(own.redis, APP, listed.slice(from, from + size), HOUR);
          from += size;
        }
        const inOrder = [...listed].sort((a, b) => a.at - b.at);
        expect((await readLog(own.redis, { limit: 999, order: 'append' })).flat()).toEqual(inOrder);
        await expectSmallChunks(own.redis);
      },
    ),
    { numRuns: 15 },
  );
});

test('a part of the list whose events are all gone is dropped as others are added; any other stays', async () => {
  await using own = await startTestRedis();
  const all = Array.from({ length: 1200 }, (_, i) => entry(SHARDS * i, i));
  const [gone, kept] = [all.slice(0, 600), all.slice(600, 1200)];
  for (const each of [gone[590] as ListedRef, ...kept]) await own.redis.hset(eventKey(each), 'at', each.at);
  await recordLogged(own.redis, APP, gone, HOUR);
  await recordLogged(own.redis, APP, kept.slice(0, 300), HOUR);
  await recordLogged(own.redis, APP, kept.slice(300), HOUR);
  const listed = (await readLog(own.redis, { limit: 2000, order: 'append' })).flat();
  expect(listed).toEqual(all.slice(-listed.length));
  expect(listed.length).toBeLessThan(1200);
  expect(listed).toContainEqual(gone[590]);
});

test('a server whose clock is ahead makes no part of the list large', async () => {
  await using own = await startTestRedis();
  const ahead = entry(0, HOUR);
  const many = Array.from({ length: 3000 }, (_, i) => entry(SHARDS * (i + 1), i));
  await Promise.all([ahead, ...many].map((each) => own.redis.hset(eventKey(each), 'at', each.at)));
  await recordLogged(own.redis, APP, [...many.slice(0, 300), ahead], HOUR);
  for (let from = 300; from < many.length; from += 50) {
    await recordLogged(own.redis, APP, many.slice(from, from + 50), HOUR);
  }
  expect((await readLog(own.redis, { limit: 4000, order: 'append' })).flat()).toEqual([...many, ahead]);
  await expectSmallChunks(own.redis);
});

test('a first event by a clock that is ahead loses none of those before it', async () => {
  await using own = await startTestRedis();
  const all = Array.from({ length: 2000 }, (_, i) => entry(SHARDS * i, i));
  await Promise.all(all.map((each) => own.redis.hset(eventKey(each), 'at', each.at)));
  await recordLogged(own.redis, APP, all.slice(1500, 1501), HOUR);
  for (let from = 0; from < 1500; from += 100) {
    await recordLogged(own.redis, APP, all.slice(from, from + 100), HOUR);
  }
  await recordLogged(own.redis, APP, all.slice(1501), HOUR);
  const read = (await readLog(own.redis, { limit: 500, order: 'append' })).flat();
  expect(read.map(({ key }) => key)).toEqual(all.map(({ key }) => key));
  expect((await readLog(own.redis, { limit: 500, order: 'prepend' })).flat()).toEqual(read.toReversed());
  await expectSmallChunks(own.redis);
});
