import { shardTag } from '@fanfare/redis';
import { startTestRedis } from '@fanfare/testkit';
import { describe, expect, test } from '@jest/globals';
import {
  advance,
  FencedError,
  markApplied,
  planSlice,
  readCursor,
  readLoad,
  readProgress,
  readSlice,
} from '../../src/index.ts';
import {
  APP,
  becomes,
  countsOf,
  isOnOpenList,
  left,
  lockOf,
  planned,
  reached,
  settleAll,
  slice,
  stateOf,
  stored,
  users,
} from '../support/events.ts';

const PROVIDERS = ['fcm', 'apns', 'custom'] as const;

describe('planning', () => {
  test('stores a slice and counts its recipients, reasons and deliveries', async () => {
    await using own = await startTestRedis();
    const ref = await stored(own.redis);
    const several = {
      kind: 'send',
      uid: 'dora',
      targets: [
        { provider: 'fcm', deviceId: 'd1' },
        { provider: 'apns', deviceId: 'd2' },
      ],
    } as const;
    const mixed = slice([reached('ann'), left('bob'), left('carl', 'DND_PREFERENCE'), several, left('eve')]);
    expect(await planSlice(own.redis, ref, APP, 0, mixed)).toMatchObject({ slice: mixed, mine: true });
    expect(await readSlice(own.redis, ref, 0)).toEqual(mixed);
    expect(await readProgress(own.redis, ref)).toEqual({
      state: 'expanding',
      counts: {
        audience: 5,
        planned: 3,
        suppressed: { NO_TARGET: 2, DND_PREFERENCE: 1 },
        accepted: 0,
        token_dead: 0,
        rejected: 0,
        expired: 0,
        superseded: 0,
        pending: 3,
      },
    });
    const load = await readLoad(own.redis, APP, PROVIDERS, 1);
    expect(Object.fromEntries(load)).toEqual({ fcm: 1, apns: 1, custom: 1 });
  });

  test("returns the first writer's slice to a second writer, and counts once", async () => {
    await using own = await startTestRedis();
    const ref = await stored(own.redis);
    const first = slice([reached('ann'), left('bob')]);
    await planSlice(own.redis, ref, APP, 0, first);
    const second = slice([reached('carl'), reached('dora'), left('eve')]);
    expect(await planSlice(own.redis, ref, APP, 0, second)).toMatchObject({ slice: first, mine: false });
    expect(await countsOf(own.redis, ref)).toEqual({
      audience: 2,
      planned: 1,
      suppressed: { NO_TARGET: 1 },
      pending: 1,
    });
    expect(Object.fromEntries(await readLoad(own.redis, APP, PROVIDERS, 1))).toEqual({ fcm: 0, apns: 0, custom: 1 });
  });

  test('by twenty writers at once stores one plan, and all receive it', async () => {
    await using own = await startTestRedis();
    const ref = await stored(own.redis);
    const offers = Array.from({ length: 20 }, (_, i) =>
      planSlice(own.redis, ref, APP, 0, slice([reached(`user-${i}`)])),
    );
    const answers = await Promise.all(offers);
    expect(answers.filter((answer) => answer.mine)).toHaveLength(1);
    expect(new Set(answers.map((answer) => JSON.stringify(answer.slice))).size).toBe(1);
    expect(await countsOf(own.redis, ref)).toEqual({ audience: 1, planned: 1, pending: 1 });
  });

  test('returns the planned slice if the cursor has passed it; is fenced before the cursor reaches it', async () => {
    await using own = await startTestRedis();
    const ref = await stored(own.redis);
    const first = slice([reached('ann')], { last: false });
    await planSlice(own.redis, ref, APP, 0, first);
    await expect(planSlice(own.redis, ref, APP, 1, slice([reached('bob')], { first: 1 }))).rejects.toThrow(FencedError);
    await advance(own.redis, ref, await lockOf(own.redis, ref), 0, first);
    expect(await planSlice(own.redis, ref, APP, 0, slice([]))).toMatchObject({ slice: first, mine: false });
    expect(await countsOf(own.redis, ref)).toEqual({ audience: 1, planned: 1, pending: 1 });
  });

  test('an expired event is fenced and leaves no key behind', async () => {
    await using own = await startTestRedis();
    const ref = { key: 'em5x8k2a0zzzzzz', shard: 0 };
    await expect(planSlice(own.redis, ref, APP, 0, slice(users(2)))).rejects.toThrow(FencedError);
    expect(await own.redis.keys('*')).toEqual([]);
  });

  test('an empty slice counts nothing', async () => {
    await using own = await startTestRedis();
    const ref = await stored(own.redis);
    await planSlice(own.redis, ref, APP, 0, slice([]));
    expect(await countsOf(own.redis, ref)).toEqual({});
    expect(await own.redis.exists('{p0}:load:chat', `{p0}:st:${ref.key}`)).toBe(0);
  });
});

test('recording applied changes works once, and not for an expired event', async () => {
  await using own = await startTestRedis();
  const ref = await stored(own.redis);
  expect((await readCursor(own.redis, ref))?.applied).toBe(false);
  await markApplied(own.redis, ref);
  expect((await readCursor(own.redis, ref))?.applied).toBe(true);
  await own.redis.flushall();
  await markApplied(own.redis, ref);
  expect(await own.redis.dbsize()).toBe(0);
});

describe('advancing', () => {
  test('moves the cursor to where the slice ends', async () => {
    await using own = await startTestRedis();
    const ref = await stored(own.redis);
    const first = slice([reached('ann'), left('bob'), reached('carl')], { last: false });
    await planSlice(own.redis, ref, APP, 0, first);
    await advance(own.redis, ref, await lockOf(own.redis, ref), 0, first);
    expect(await readCursor(own.redis, ref)).toEqual({
      slice: 1,
      cursor: 'carl',
      next: 2,
      full: false,
      applied: false,
      admission: 'admitted',
    });
    expect(await stateOf(own.redis, ref)).toBe('expanding');
  });

  test.each([
    ["another worker's lock", 'theirs', 0],
    ['no lock left', undefined, 0],
    ['a slice that is passed already', 'mine', 0, 1],
    ['a slice that is not reached', 'mine', 1],
  ])('with %s is fenced, and the cursor stays', async (_, holder, number, at = 0) => {
    await using own = await startTestRedis();
    const ref = await stored(own.redis);
    const lock = await lockOf(own.redis, ref);
    const first = slice([reached('ann')], { last: false });
    await planSlice(own.redis, ref, APP, 0, first);
    if (at === 1) await advance(own.redis, ref, lock, 0, first);
    const before = await readCursor(own.redis, ref);
    if (holder) await own.redis.set(lock.key, holder);
    else await own.redis.del(lock.key);
    await expect(advance(own.redis, ref, lock, number, first)).rejects.toThrow(FencedError);
    expect(await readCursor(own.redis, ref)).toEqual(before);
  });

  test('an expired event is fenced and leaves no key behind', async () => {
    await using own = await startTestRedis();
    const ref = { key: 'em5x8k2a0zzzzzz', shard: 0 };
    const lock = await lockOf(own.redis, ref);
    await expect(advance(own.redis, ref, lock, 0, slice([]))).rejects.toThrow(FencedError);
    expect(await own.redis.keys('*')).toEqual([lock.key]);
  });

  test('past the last slice, an event with open deliveries is being delivered', async () => {
    await using own = await startTestRedis();
    const ref = await planned(own.redis, [reached('ann'), left('bob')]);
    expect(await stateOf(own.redis, ref)).toBe('delivering');
    expect(await readCursor(own.redis, ref)).toMatchObject({ full: true });
    expect(await isOnOpenList(own.redis, ref)).toBe(true);
  });

  test.each([
    ['no one', []],
    ['only users who are not notified', [left('ann'), left('bob')]],
  ])('past the last slice, an event with %s in it is done', async (_, recipients) => {
    await using own = await startTestRedis();
    const ref = await planned(own.redis, recipients);
    expect(await stateOf(own.redis, ref)).toBe('done');
    expect(await isOnOpenList(own.redis, ref)).toBe(false);
  });

  test('past the last slice, an event whose deliveries were quicker is done', async () => {
    await using own = await startTestRedis();
    const ref = await stored(own.redis);
    const all = slice(users(2));
    await planSlice(own.redis, ref, APP, 0, all);
    await settleAll(own.redis, ref, [becomes(0, 'accepted'), becomes(1, 'expired')]);
    expect(await stateOf(own.redis, ref)).toBe('expanding');
    expect(await isOnOpenList(own.redis, ref)).toBe(true);
    await advance(own.redis, ref, await lockOf(own.redis, ref), 0, all);
    expect(await stateOf(own.redis, ref)).toBe('done');
    expect(await isOnOpenList(own.redis, ref)).toBe(false);
  });
});

test('load is kept per app and provider, summed over all shards, and returns to zero', async () => {
  await using own = await startTestRedis();
  const here = await planned(own.redis, users(3), { id: 'a' });
  const there = { ...(await stored(own.redis, { id: 'b' })), shard: 1 };
  await own.redis.hset(`${shardTag(1)}:ev:${there.key}`, await own.redis.hgetall(`{p0}:ev:${there.key}`));
  await planSlice(own.redis, there, APP, 0, slice(users(2)));
  const load = async (app: string, shards: number) =>
    (await readLoad(own.redis, app, ['custom'], shards)).get('custom');
  expect([await load(APP, 1), await load(APP, 2), await load('bank', 2)]).toEqual([3, 5, 0]);
  await settleAll(own.redis, here, [becomes(0, 'accepted'), becomes(1, 'token_dead'), becomes(2, 'retrying')]);
  await settleAll(own.redis, there, [becomes(0, 'rejected'), becomes(1, 'superseded')]);
  expect(await load(APP, 2)).toBe(1);
  await settleAll(own.redis, here, [becomes(2, 'expired')]);
  expect(await load(APP, 2)).toBe(0);
  expect(await readLoad(own.redis, APP, [], 2)).toEqual(new Map());
});
