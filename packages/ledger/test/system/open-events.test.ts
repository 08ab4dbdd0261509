import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import {
  changeLane,
  claimDueEvents,
  type FoundDeadLetter,
  listDeadLetters,
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

test('an event whose record has expired is no longer open once the sweeper has come to it', async () => {
  await using own = await startTestRedis();
  const ref = await stored(own.redis, { lane: 'call' });
  await own.redis.del(`{p0}:ev:${ref.key}`);
  await claimDueEvents(own.redis, 0, 'call', { now: NOW + HOUR, again: NOW + 2 * HOUR });
  expect((await openNow(own.redis)).call).toEqual(NONE);
});
