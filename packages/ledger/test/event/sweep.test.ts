import type { EventRef } from '@fanfare/core';
import { startTestRedis } from '@fanfare/testkit';
import { describe, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import {
  advance,
  claimDueEvents,
  forgetEvent,
  movedSinceLastLook,
  type OpenSlice,
  openSlices,
  planSlice,
  readCursor,
} from '../../src/index.ts';
import {
  APP,
  accepted,
  becomes,
  isOnOpenList,
  left,
  lockOf,
  NOW,
  planned,
  reached,
  settleAll,
  slice,
  stored,
  users,
} from '../support/events.ts';

const keysOf = (refs: EventRef[]) => refs.map((ref) => ref.key);

describe('claiming events that are due', () => {
  test('an accepted event is due for its first check after a while, sooner when it is a call', async () => {
    await using own = await startTestRedis();
    const chat = await stored(own.redis, { id: 'chat' });
    const call = await stored(own.redis, { id: 'call', lane: 'call' });
    const dueAt = async ({ key }: EventRef) => Number(await own.redis.zscore('{p0}:open', key));
    const [callDue, chatDue] = [await dueAt(call), await dueAt(chat)];
    expect([NOW < callDue, callDue < chatDue]).toEqual([true, true]);
    const claim = (now: number) => claimDueEvents(own.redis, 0, { now, again: NOW + 1e6 }, 10);
    expect(await claim(callDue - 1)).toEqual([]);
    expect(await claim(callDue)).toEqual([call]);
    expect(await claim(chatDue - 1)).toEqual([]);
    expect(await claim(chatDue)).toEqual([chat]);
    expect(await claim(chatDue)).toEqual([]);
    expect(await claim(NOW + 1e6)).toHaveLength(2);
  });

  test('two sweepers share the events, the oldest first, up to the limit each time', async () => {
    await using own = await startTestRedis();
    const refs: EventRef[] = [];
    for (let i = 0; i < 25; i++) refs.push(await stored(own.redis, { id: `msg-${i}`, receivedAt: NOW + i }));
    const when = { now: NOW + 60_000, again: NOW + 120_000 };
    const claims = await Promise.all(Array.from({ length: 4 }, () => claimDueEvents(own.redis, 0, when, 10)));
    expect(claims.map((claim) => claim.length)).toEqual([10, 10, 5, 0]);
    expect(keysOf(claims.flat())).toEqual(keysOf(refs));
  });

  test('each shard has its own', async () => {
    await using own = await startTestRedis();
    await stored(own.redis);
    expect(await claimDueEvents(own.redis, 1, { now: NOW + 1e6, again: NOW + 2e6 }, 10)).toEqual([]);
  });
});

test('an expired event can be removed', async () => {
  await using own = await startTestRedis();
  const ref = await stored(own.redis);
  await own.redis.del(`{p0}:ev:${ref.key}`);
  await forgetEvent(own.redis, ref);
  expect(await isOnOpenList(own.redis, ref)).toBe(false);
  expect(await movedSinceLastLook(own.redis, ref)).toBe(false);
  expect(await own.redis.exists(`{p0}:ev:${ref.key}`)).toBe(0);
});

describe('an event has moved since the last check', () => {
  test('not before anything has happened', async () => {
    await using own = await startTestRedis();
    const ref = await stored(own.redis);
    expect(await movedSinceLastLook(own.redis, ref)).toBe(false);
  });

  test('once after a slice is passed or a delivery settled', async () => {
    await using own = await startTestRedis();
    const ref = await stored(own.redis);
    const all = slice(users(9));
    const look = async () => [await movedSinceLastLook(own.redis, ref), await movedSinceLastLook(own.redis, ref)];
    await planSlice(own.redis, ref, APP, 0, all);
    expect(await look()).toEqual([false, false]);
    await advance(own.redis, ref, await lockOf(own.redis, ref), 0, all);
    expect(await look()).toEqual([true, false]);
    for (const [ordinal, state] of (
      ['accepted', 'token_dead', 'rejected', 'expired', 'superseded'] as const
    ).entries()) {
      await settleAll(own.redis, ref, [becomes(ordinal, state)]);
      expect(await look()).toEqual([true, false]);
    }
    await settleAll(own.redis, ref, [becomes(0, 'expired'), becomes(8, 'retrying')]);
    expect(await look()).toEqual([false, false]);
  });
});

describe('open deliveries', () => {
  const collect = async (redis: Redis, ref: EventRef) => {
    const slices: OpenSlice[] = [];
    for await (const slice of openSlices(redis, ref)) slices.push(slice);
    return slices;
  };

  test('are the pending and retrying ones, with target and ordinal, by slice; settled slices are omitted', async () => {
    await using own = await startTestRedis();
    const ref = await stored(own.redis);
    const lock = await lockOf(own.redis, ref);
    const phone = { kind: 'send', uid: 'eve', targets: [{ provider: 'fcm', deviceId: 'phone' }] } as const;
    const plan = [
      slice([reached('ann'), left('bob'), reached('carl')], { last: false }),
      slice([reached('dora')], { first: 2, last: false }),
      slice([left('mallory')], { first: 3, last: false }),
      slice([phone, reached('frank')], { first: 3 }),
    ];
    for (const [number, one] of plan.entries()) {
      await planSlice(own.redis, ref, APP, number, one);
      await advance(own.redis, ref, lock, number, one);
    }
    expect((await readCursor(own.redis, ref))?.next).toBe(5);
    await settleAll(own.redis, ref, [becomes(0, 'accepted'), becomes(2, 'rejected'), becomes(4, 'retrying')]);
    const one = (ordinal: number, provider: 'custom' | 'fcm', open: object) => ({
      provider,
      ordinal,
      count: 1,
      open: [{ ordinal, provider, ...open }],
    });
    expect(await collect(own.redis, ref)).toEqual([
      { number: 0, jobs: [one(1, 'custom', { uid: 'carl' })] },
      { number: 3, jobs: [one(3, 'fcm', { uid: 'eve', deviceId: 'phone' }), one(4, 'custom', { uid: 'frank' })] },
    ]);
  });

  test('of an event that is done, not planned or expired are none', async () => {
    await using own = await startTestRedis();
    const done = await planned(own.redis, users(1));
    await settleAll(own.redis, done, [becomes(0, 'accepted')]);
    const unplanned = await stored(own.redis, { id: 'other' });
    const gone = { key: accepted().key, shard: 0 };
    for (const ref of [done, unplanned, gone]) expect(await collect(own.redis, ref)).toEqual([]);
  });
});
