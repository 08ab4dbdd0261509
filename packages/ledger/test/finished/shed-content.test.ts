import { type EventRef, newEventKey } from '@fanfare/core';
import { startTestRedis, type TestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import {
  dropDeadLetter,
  findPlanned,
  type KeptList,
  listDeadLetters,
  packFinished,
  readEvent,
  readKept,
  readProgress,
  readReached,
  reopen,
  shedContent,
  shedLetterless,
  trimKept,
} from '../../src/index.ts';
import { APP, becomes, dyingAt, HOUR, NOW, planned, reached, settleAll } from '../support/events.ts';

/** A finished and packed message that was received so many hours ago. */
async function finished({ redis }: TestRedis, hoursAgo: number) {
  const receivedAt = NOW - hoursAgo * HOUR;
  const key = newEventKey(receivedAt, Math.random);
  const ref = await planned(redis, [reached('bob')], { id: `m-${hoursAgo}`, key });
  await settleAll(redis, ref, [becomes(0, 'accepted')], receivedAt + 100);
  await packFinished(redis, 0, NOW + 60_000, 100);
  return ref;
}

const listOf = async ({ redis }: TestRedis, kind: string) =>
  (await readKept(redis, 0)).find((list) => list.kind === kind) as KeptList;
const textOf = async ({ redis }: TestRedis, ref: Awaited<ReturnType<typeof finished>>) => {
  const event = (await readEvent(redis, ref))?.event;
  return event?.type === 'message.sent' ? event.message.text : undefined;
};

test('a message loses its text after a day, and nothing else', async () => {
  await using own = await startTestRedis();
  const [old, young] = [await finished(own, 25), await finished(own, 23)];
  const answers = async () => ({
    progress: await readProgress(own.redis, old),
    bob: await findPlanned(own.redis, old, 'bob'),
    reached: await readReached(own.redis, old, 0),
    ttl: Math.round((await own.redis.pttl(`{p0}:ev:${old.key}`)) / HOUR),
  });
  const [before, event] = [await answers(), await readEvent(own.redis, old)];
  expect(await textOf(own, old)).toBe('hello');
  expect(await shedContent(own.redis, await listOf(own, 'chat'), NOW - 24 * HOUR, 100)).toBe(1);
  expect([await textOf(own, old), await textOf(own, young)]).toEqual([undefined, 'hello']);
  expect(await answers()).toEqual(before);
  const after = await readEvent(own.redis, old);
  const { text: _text, ...message } = event?.event.type === 'message.sent' ? event.event.message : { text: '' };
  expect(after).toEqual({ ...event, event: { ...event?.event, message } });
  expect(await shedContent(own.redis, await listOf(own, 'chat'), NOW - 24 * HOUR, 100)).toBe(0);
});

test('a message without its text is listed apart, and leaves before others', async () => {
  await using own = await startTestRedis();
  const old = await finished(own, 25);
  await shedContent(own.redis, await listOf(own, 'chat'), NOW - 24 * HOUR, 100);
  expect(await listOf(own, 'chat')).toBeUndefined();
  const list = await listOf(own, 'old');
  expect(list).toMatchObject({ appId: APP, events: 1, oldest: NOW - 25 * HOUR });
  expect(await trimKept(own.redis, { list, before: NOW, finishedBefore: NOW }, 100)).toEqual({ trimmed: 1 });
  expect(await readEvent(own.redis, old)).toBeUndefined();
});

test.each([2, 3, 4])('a message loses its text although a sweeper is killed at its step %i', async (nth) => {
  await using own = await startTestRedis();
  const old = await finished(own, 25);
  const shed = async (redis: TestRedis['redis']) => shedContent(redis, await listOf(own, 'chat'), NOW - 24 * HOUR, 100);
  await expect(shed(dyingAt(own.redis, nth))).rejects.toThrow('killed');
  expect(await shed(own.redis)).toBe(1);
  expect(await textOf(own, old)).toBeUndefined();
  expect(await listOf(own, 'old')).toMatchObject({ events: 1 });
});

/** A message that was rejected by both its devices, and its dead letters. */
async function rejected({ redis }: TestRedis) {
  const ref = await planned(redis, [reached('bob'), reached('dan')]);
  await settleAll(redis, ref, [becomes(0, 'rejected'), becomes(1, 'rejected')]);
  await packFinished(redis, 0, NOW + 60_000, 100);
  const [first, second] = (await listDeadLetters(redis, APP, 1, { limit: 2 })).letters;
  if (!first || !second) throw new Error('too few dead letters');
  return { ref, first, second };
}

const isPacked = async ({ redis }: TestRedis, { key }: EventRef) => (await redis.hexists(`{p0}:ev:${key}`, 'z')) === 1;

test('a message loses its text when its last dead letter is dismissed, and not before', async () => {
  await using own = await startTestRedis();
  const { ref, first, second } = await rejected(own);
  const answers = async () => [await readProgress(own.redis, ref), await findPlanned(own.redis, ref, 'bob')];
  const before = await answers();
  await dropDeadLetter(own.redis, APP, first);
  await dropDeadLetter(own.redis, APP, first);
  expect(await shedLetterless(own.redis, 0, 100)).toBe(0);
  expect([await textOf(own, ref), await isPacked(own, ref)]).toEqual(['hello', false]);
  await dropDeadLetter(own.redis, APP, second);
  expect(await shedLetterless(own.redis, 0, 100)).toBe(1);
  expect([await textOf(own, ref), await isPacked(own, ref)]).toEqual([undefined, true]);
  expect(await answers()).toEqual(before);
  expect(await shedLetterless(own.redis, 0, 100)).toBe(0);
});

test('a message keeps its text for a delivery that is replayed while its other dead letter is dismissed', async () => {
  await using own = await startTestRedis();
  const { ref, first, second } = await rejected(own);
  await reopen(own.redis, APP, first, { now: NOW, deadline: NOW + HOUR, sweepAt: NOW + HOUR });
  await dropDeadLetter(own.redis, APP, second);
  expect(await shedLetterless(own.redis, 0, 100)).toBe(0);
  expect(await textOf(own, ref)).toBe('hello');
  await settleAll(own.redis, ref, [becomes(first.ordinal, 'accepted')]);
  await packFinished(own.redis, 0, NOW + 60_000, 100);
  expect(await isPacked(own, ref)).toBe(true);
  expect(await listOf(own, 'chat')).toMatchObject({ events: 1 });
});

test('a message loses its text when its dead letters are dropped for newer ones', async () => {
  await using own = await startTestRedis();
  const { ref } = await rejected(own);
  const newer = Array.from({ length: 10_000 }, (_, i) => [NOW + 1, `e0000000000000000-${i}`]).flat();
  await own.redis.zadd(`{p0}:dl:${APP}`, ...newer);
  const other = await planned(own.redis, [reached('bob')], { id: 'other' });
  await settleAll(own.redis, other, [becomes(0, 'rejected')], NOW + 2);
  expect(await shedLetterless(own.redis, 0, 100)).toBe(1);
  expect([await textOf(own, ref), await textOf(own, other)]).toEqual([undefined, 'hello']);
});

test('a dead letter is dismissed on a full Redis', async () => {
  await using own = await startTestRedis();
  const { ref, first, second } = await rejected(own);
  await own.redis.config('SET', 'maxmemory', '1');
  for (const letter of [first, second]) expect(await dropDeadLetter(own.redis, APP, letter)).toBe(true);
  expect(await shedLetterless(own.redis, 0, 100)).toBe(1);
  expect(await textOf(own, ref)).toBeUndefined();
});
