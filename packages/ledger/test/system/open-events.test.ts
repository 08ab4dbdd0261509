import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import {
  changeLane,
  type FoundDeadLetter,
  forgetEvent,
  listDeadLetters,
  movedSinceLastLook,
  readOpenEvents,
  reopen,
} from '../../src/index.ts';
import { APP, becomes, HOUR, NOW, planned, settleAll, stored, users } from '../support/events.ts';

const NONE = { count: 0, oldestMs: 0 };
const openNow = (redis: Redis, now = NOW) => readOpenEvents(redis, 1, now);

test('an event is open from its receipt until its last delivery is settled', async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, users(2));
  expect((await openNow(own.redis, NOW + HOUR)).chat).toEqual({ count: 1, oldestMs: HOUR });
  await settleAll(own.redis, ref, [becomes(0, 'accepted'), becomes(1, 'retrying')]);
  expect((await openNow(own.redis)).chat.count).toBe(1);
  await settleAll(own.redis, ref, [becomes(1, 'expired')]);
  expect(await openNow(own.redis)).toEqual({ call: NONE, chat: NONE, bulk: NONE });
});

test('an event that moves to another lane keeps its age', async () => {
  await using own = await startTestRedis();
  const ref = await stored(own.redis, { lane: 'chat' });
  await changeLane(own.redis, ref, 'chat', 'bulk');
  expect(await openNow(own.redis, NOW + HOUR)).toEqual({ call: NONE, chat: NONE, bulk: { count: 1, oldestMs: HOUR } });
});

test('a replayed event is open since its replay, not since its receipt', async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, users(1));
  await settleAll(own.redis, ref, [becomes(0, 'rejected')]);
  const [letter] = (await listDeadLetters(own.redis, APP, 1, { limit: 1 })).letters;
  await reopen(own.redis, APP, letter as FoundDeadLetter, { now: NOW + HOUR, deadline: NOW + 2 * HOUR, sweepAt: NOW });
  expect((await openNow(own.redis, NOW + HOUR + 1000)).chat).toEqual({ count: 1, oldestMs: 1000 });
});

test('an expired event is no longer open', async () => {
  await using own = await startTestRedis();
  const ref = await stored(own.redis, { lane: 'call' });
  await forgetEvent(own.redis, ref);
  expect((await openNow(own.redis)).call).toEqual(NONE);
});

test('an event accepted by an older version is listed when the sweeper checks it, unless it is done', async () => {
  await using own = await startTestRedis();
  const ref = await stored(own.redis, { lane: 'chat' });
  await own.redis.del('{p0}:open:chat');
  await movedSinceLastLook(own.redis, ref);
  expect((await openNow(own.redis)).chat.count).toBe(1);
  const done = await planned(own.redis, users(1), { id: 'msg-2' });
  await settleAll(own.redis, done, [becomes(0, 'accepted')]);
  await movedSinceLastLook(own.redis, done);
  expect((await openNow(own.redis)).chat.count).toBe(1);
});
