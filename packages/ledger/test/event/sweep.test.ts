import type { EventRef, Lane } from '@fanfare/core';
import { startTestRedis } from '@fanfare/testkit';
import { describe, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import {
  adoptOpenEvents,
  advance,
  claimDueEvents,
  type OpenSlice,
  openSlices,
  planSlice,
  readCursor,
  stuckSinceLastLook,
} from '../../src/index.ts';
import {
  APP,
  accepted,
  becomes,
  left,
  lockOf,
  NOW,
  nextLook,
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
    const [callDue, chatDue] = [Number(await nextLook(own.redis, call)), Number(await nextLook(own.redis, chat))];
    expect([NOW < callDue, callDue < chatDue]).toEqual([true, true]);
    const claim = (lane: Lane, now: number) => claimDueEvents(own.redis, 0, lane, { now, again: NOW + 1e6 });
    expect(await claim('call', callDue - 1)).toEqual([]);
    expect(await claim('call', callDue)).toEqual([call]);
    expect(await claim('chat', chatDue - 1)).toEqual([]);
    expect(await claim('chat', chatDue)).toEqual([chat]);
    expect(await claim('chat', chatDue)).toEqual([]);
    expect(await claim('call', NOW + 1e6)).toEqual([call]);
    expect(await claim('chat', NOW + 1e6)).toEqual([chat]);
  });

  test('several sweepers share the events, and of one app each takes a few, the oldest first', async () => {
    await using own = await startTestRedis();
    const refs: EventRef[] = [];
    for (let i = 0; i < 25; i++) refs.push(await stored(own.redis, { id: `msg-${i}`, receivedAt: NOW + i }));
    const when = { now: NOW + 60_000, again: NOW + 120_000 };
    const claims = await Promise.all(Array.from({ length: 4 }, () => claimDueEvents(own.redis, 0, 'chat', when)));
    expect(claims.map((claim) => claim.length)).toEqual([10, 10, 5, 0]);
    expect(keysOf(claims.flat())).toEqual(keysOf(refs));
  });

  test('apps take turns, however many events one has', async () => {
    await using own = await startTestRedis();
    for (let i = 0; i < 60; i++) await stored(own.redis, { id: `msg-${i}`, receivedAt: NOW + i });
    const others: EventRef[] = [];
    for (let i = 0; i < 12; i++) others.push(await stored(own.redis, { id: `late-${i}`, appId: `app-${i}` }));
    const when = { now: NOW + 60_000, again: NOW + 120_000 };
    const claims: string[][] = [];
    for (let n = 0; n < 3; n++) claims.push(keysOf(await claimDueEvents(own.redis, 0, 'chat', when)));
    // Ten apps at a time: the others before the second ten of the first app.
    expect(claims.map((claim) => claim.length)).toEqual([10, 12, 10]);
    expect(claims.slice(0, 2).flat()).toEqual(expect.arrayContaining(keysOf(others)));
  });

  test('each shard has its own', async () => {
    await using own = await startTestRedis();
    await stored(own.redis);
    expect(await claimDueEvents(own.redis, 1, 'chat', { now: NOW + 1e6, again: NOW + 2e6 })).toEqual([]);
  });

  test('an event that waits to be admitted is not due, and one that has expired is dropped', async () => {
    await using own = await startTestRedis();
    const refs: EventRef[] = [];
    for (let i = 0; i < 65; i++) refs.push(await stored(own.redis, { id: `msg-${i}` }));
    expect(await nextLook(own.redis, refs[64] as EventRef)).toBeNull();
    for (const { key } of refs) await own.redis.del(`{p0}:ev:${key}`);
    for (let n = 0; n < 7; n++) {
      expect(await claimDueEvents(own.redis, 0, 'chat', { now: NOW + 1e6, again: NOW + 2e6 })).toEqual([]);
    }
    expect(await own.redis.keys('{p0}:open-looks*')).toEqual([]);
    expect(await own.redis.zcard('{p0}:open:chat')).toBe(1);
  });
});

test('events that an older version has open are taken over, unless they are done or have expired', async () => {
  await using own = await startTestRedis();
  const { redis } = own;
  const [open, done, gone] = [
    await stored(redis, { id: 'open', lane: 'bulk' }),
    await stored(redis, { id: 'done' }),
    await stored(redis, { id: 'gone' }),
  ];
  await redis.hset(`{p0}:ev:${done.key}`, 'done', NOW);
  await redis.del(`{p0}:ev:${gone.key}`, ...(await redis.keys('{p0}:open*')));
  for (const { key } of [open, done, gone]) await redis.zadd('{p0}:open', NOW, key);
  expect(await adoptOpenEvents(redis, 0, NOW, 2)).toBe(2);
  expect(await adoptOpenEvents(redis, 0, NOW, 2)).toBe(1);
  expect(await adoptOpenEvents(redis, 0, NOW, 2)).toBe(0);
  expect((await redis.keys('{p0}:open*')).sort()).toEqual([
    ...['{p0}:open-looks:bulk', '{p0}:open-looks:bulk:shop', '{p0}:open:bulk'],
  ]);
  expect(await claimDueEvents(redis, 0, 'bulk', { now: NOW, again: NOW + 1 })).toEqual([open]);
});

const hasMoved = async (redis: Redis, ref: EventRef) => (await stuckSinceLastLook(redis, [ref])).length === 0;

describe('an event has moved since the last check', () => {
  test('not before anything has happened', async () => {
    await using own = await startTestRedis();
    const ref = await stored(own.redis);
    expect(await hasMoved(own.redis, ref)).toBe(false);
  });

  test('once after a slice is passed or a delivery settled', async () => {
    await using own = await startTestRedis();
    const ref = await stored(own.redis);
    const all = slice(users(9));
    const look = async () => [await hasMoved(own.redis, ref), await hasMoved(own.redis, ref)];
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
