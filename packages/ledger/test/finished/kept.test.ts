import { type EventRef, newEventKey } from '@fanfare/core';
import { startTestRedis, type TestRedis } from '@fanfare/testkit';
import { describe, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import {
  acceptEvent,
  findEvent,
  type KeptKind,
  type KeptList,
  listDeadLetters,
  packFinished,
  readEvent,
  readKept,
  reopen,
  trimKept,
} from '../../src/index.ts';
import { APP, accepted, becomes, HOUR, NOW, planned, reached, settleAll } from '../support/events.ts';

const LATER = NOW + 60_000;
const packAll = ({ redis }: TestRedis) => packFinished(redis, 0, LATER, 100);

/** A finished message that was received so many seconds ago. */
async function finished({ redis }: TestRedis, secondsAgo: number, over = {}): Promise<EventRef> {
  const receivedAt = NOW - secondsAgo * 1000;
  const key = newEventKey(receivedAt, Math.random);
  const ref = await planned(redis, [reached('bob')], { id: `m-${secondsAgo}`, key, receivedAt, ...over });
  await settleAll(redis, ref, [becomes(0, 'accepted')], receivedAt + 100);
  return ref;
}

async function listOf(redis: Redis, kind: KeptKind) {
  const list = (await readKept(redis, 0)).find((one) => one.kind === kind);
  if (!list) throw new Error(`nothing is kept of ${kind}`);
  return list;
}

/** Deletes events of a list, whenever they were done. */
const trim = (redis: Redis, list: KeptList, before: number, limit: number) =>
  trimKept(redis, { list, before, finishedBefore: LATER }, limit);

/** The keys of Redis that name an event, but its locks. */
/** Keys of an event's own; a chunk of the list of all events may be named after it. */
const keysOf = async (redis: Redis, { key }: EventRef) =>
  (await redis.keys(`*${key}*`)).filter((one) => !one.endsWith(':lock') && !one.includes(':listed:'));

describe('finished events', () => {
  test('leave in the order they finished, as far as they are asked to', async () => {
    await using own = await startTestRedis();
    const refs = [await finished(own, 90), await finished(own, 60), await finished(own, 30)];
    await packAll(own);
    const all = await listOf(own.redis, 'chat');
    expect(all).toMatchObject({ shard: 0, appId: APP, kind: 'chat', events: 3, oldest: NOW - 90_000 });
    expect(all.bytes).toBeGreaterThan(1000);
    const { trimmed, left } = await trim(own.redis, all, NOW - 45_000, 100);
    expect(trimmed).toBe(2);
    expect(left).toMatchObject({ events: 1, oldest: NOW - 30_000 });
    const there = await Promise.all(refs.map(async (ref) => (await readEvent(own.redis, ref)) !== undefined));
    expect(there).toEqual([false, false, true]);
    expect(await keysOf(own.redis, refs[0] as EventRef)).toEqual([]);
    expect(await trim(own.redis, await listOf(own.redis, 'chat'), NOW, 100)).toEqual({ trimmed: 1 });
    expect(await readKept(own.redis, 0)).toEqual([]);
  });

  test('stay until they have been done for a while, however long ago they were received', async () => {
    await using own = await startTestRedis();
    await finished(own, 90);
    const held = await planned(own.redis, [reached('bob')], { key: newEventKey(NOW - HOUR, Math.random) });
    await settleAll(own.redis, held, [becomes(0, 'accepted')], NOW - 20_000);
    await packAll(own);
    expect((await listOf(own.redis, 'chat')).bytes).toBe(2 * 700);
    const step = async (finishedBefore: number) => ({
      list: await listOf(own.redis, 'chat'),
      before: NOW,
      finishedBefore,
    });
    const first = await trimKept(own.redis, await step(NOW - 30_000), 100);
    expect(first).toMatchObject({ trimmed: 1, left: { events: 1, oldest: NOW - HOUR, finishedAt: NOW - 20_000 } });
    expect((await trimKept(own.redis, await step(NOW - 20_000), 100)).trimmed).toBe(0);
    expect((await trimKept(own.redis, await step(NOW - 19_000), 100)).trimmed).toBe(1);
  });

  test('leave at most as many at a time as asked', async () => {
    await using own = await startTestRedis();
    for (const seconds of [90, 60, 30]) await finished(own, seconds);
    await packAll(own);
    const { trimmed, left } = await trim(own.redis, await listOf(own.redis, 'chat'), NOW, 2);
    expect([trimmed, left?.events]).toEqual([2, 1]);
  });

  test('take about 20 bytes each on their list', async () => {
    await using own = await startTestRedis();
    for (let n = 0; n < 200; n++) await finished(own, n);
    await packFinished(own.redis, 0, LATER, 1000);
    expect(Number(await own.redis.memory('USAGE', `{p0}:kept:chat:${APP}`)) / 200).toBeLessThan(24);
  });

  test('are listed by lane, and apart with dead letters; a large one with its size', async () => {
    await using own = await startTestRedis();
    await finished(own, 3, { lane: 'bulk' });
    const letter = await planned(own.redis, [reached('bob')], { id: 'rejected' });
    await settleAll(own.redis, letter, [becomes(0, 'rejected')]);
    await packAll(own);
    const kept = (await readKept(own.redis, 0)).map(({ kind, events }) => `${events} ${kind}`);
    expect(new Set(kept)).toEqual(new Set(['1 bulk', '1 letters']));
    await own.redis.rpush(`{p0}:kept:bulk:${APP}`, `${newEventKey(NOW, Math.random)} ${(40_000).toString(36)}`);
    expect((await listOf(own.redis, 'bulk')).bytes).toBeGreaterThan(40_000);
  });

  test('are as large as their text in bytes, in any script', async () => {
    await using own = await startTestRedis();
    const { event } = accepted();
    const said = { ...event, message: { id: 'm1', category: 'message', type: 'text', text: 'नमस्ते'.repeat(500) } };
    await finished(own, 3, { event: said });
    await packAll(own);
    expect((await listOf(own.redis, 'chat')).bytes).toBeGreaterThan(9000);
  });

  test('that have expired are dropped from the list as others are added', async () => {
    await using own = await startTestRedis();
    const gone = [await finished(own, 9), await finished(own, 8)];
    await packAll(own);
    for (const { key } of gone) await own.redis.del(`{p0}:ev:${key}`);
    await finished(own, 7);
    await packAll(own);
    expect(await listOf(own.redis, 'chat')).toMatchObject({ events: 1, oldest: NOW - 7000 });
  });

  test('are listed until the last of them expires', async () => {
    await using own = await startTestRedis();
    await finished(own, 1);
    await packAll(own);
    const days = (await own.redis.pttl(`{p0}:kept:chat:${APP}`)) / (24 * HOUR);
    expect(days).toBeGreaterThan(6.9);
    expect(days).toBeLessThanOrEqual(7);
  });
});

test('a repeat of an event that has left is a duplicate for 24 hours', async () => {
  await using own = await startTestRedis();
  const ref = await finished(own, 30);
  await packAll(own);
  await trim(own.redis, await listOf(own.redis, 'chat'), NOW, 100);
  const again = accepted({ id: 'm-30', key: newEventKey(NOW, Math.random) });
  expect(await acceptEvent(own.redis, again, { shards: 1 })).toMatchObject({ ...ref, duplicate: true });
  expect(await findEvent(own.redis, APP, 'm-30')).toEqual(ref);
});

/** A message whose delivery was rejected, and its dead letter. */
async function rejected({ redis }: TestRedis) {
  const ref = await planned(redis, [reached('bob')], { key: newEventKey(NOW - 1000, Math.random) });
  await settleAll(redis, ref, [becomes(0, 'rejected')]);
  await packFinished(redis, 0, LATER, 100);
  const [letter] = (await listDeadLetters(redis, APP, 1, { limit: 1 })).letters;
  if (!letter) throw new Error('no dead letter');
  return { ref, letter };
}

test('a dead letter leaves with its event', async () => {
  await using own = await startTestRedis();
  const { ref } = await rejected(own);
  expect(await trim(own.redis, await listOf(own.redis, 'letters'), NOW, 100)).toEqual({ trimmed: 1 });
  expect(await listDeadLetters(own.redis, APP, 1, { limit: 10 })).toEqual({ letters: [], looked: expect.any(Number) });
  expect(await own.redis.exists(`{p0}:dl:${APP}`)).toBe(0);
  expect(await keysOf(own.redis, ref)).toEqual([]);
});

test('a call with a dead letter is kept as a call, so that its end finds whom it rang', async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, [reached('bob')], { lane: 'call' });
  await settleAll(own.redis, ref, [becomes(0, 'rejected')]);
  await packAll(own);
  expect((await readKept(own.redis, 0)).map(({ kind }) => kind)).toEqual(['call']);
});

test('events with many recorded attempts leave one at a time, so that none keeps Redis busy', async () => {
  await using own = await startTestRedis();
  const refs = [await finished(own, 90), await finished(own, 60)];
  await packAll(own);
  const attempts = Object.fromEntries(Array.from({ length: 6000 }, (_, i) => [`${i}`, 'retryable']));
  for (const { key } of refs) await own.redis.hset(`{p0}:at:${key}`, attempts);
  const { trimmed, left } = await trim(own.redis, await listOf(own.redis, 'chat'), NOW, 100);
  expect([trimmed, left?.events]).toEqual([1, 1]);
  expect(await trim(own.redis, await listOf(own.redis, 'chat'), NOW, 100)).toEqual({ trimmed: 1 });
  expect((await Promise.all(refs.map((ref) => keysOf(own.redis, ref)))).flat()).toEqual([]);
});

test('an event that a replay has reopened stays, and is listed again when it is done', async () => {
  await using own = await startTestRedis();
  const { ref, letter } = await rejected(own);
  await reopen(own.redis, APP, letter, { now: NOW, deadline: LATER, sweepAt: LATER });
  expect(await trim(own.redis, await listOf(own.redis, 'letters'), NOW, 100)).toEqual({ trimmed: 0 });
  expect(await readEvent(own.redis, ref)).toBeDefined();
  await settleAll(own.redis, ref, [becomes(0, 'accepted')]);
  await packAll(own);
  expect(await trim(own.redis, await listOf(own.redis, 'chat'), NOW, 100)).toEqual({ trimmed: 1 });
});

test('events leave even while Redis takes no writes that add to it', async () => {
  await using own = await startTestRedis();
  await finished(own, 30);
  await packAll(own);
  const list = await listOf(own.redis, 'chat');
  await own.redis.config('SET', 'maxmemory', '1');
  expect(await trim(own.redis, list, NOW, 100)).toEqual({ trimmed: 1 });
});
