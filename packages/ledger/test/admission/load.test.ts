import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { advance, changeLane, findDeadLetters, hold, openGate, planSlice, release, reopen } from '../../src/index.ts';
import { APP, becomes, HOUR, lockOf, NOW, planned, settleAll, slice, stored, users } from '../support/events.ts';

const load = async (redis: Redis) => ({
  chat: await redis.hgetall('{p0}:load:chat'),
  bulk: await redis.hgetall('{p0}:load:bulk'),
});

const retrying = async (redis: Redis) => redis.hgetall('{p0}:load:chat:retrying');

test('ready deliveries count by lane, app and provider, retried ones apart; a count that is zero is gone', async () => {
  await using own = await startTestRedis();
  const chat = await planned(own.redis, users(3), { lane: 'chat' });
  await planned(own.redis, users(2), { lane: 'bulk', id: 'other' });
  expect(await load(own.redis)).toEqual({ chat: { 'shop|custom': '3' }, bulk: { 'shop|custom': '2' } });
  await settleAll(own.redis, chat, [becomes(0, 'accepted'), becomes(1, 'retrying')]);
  await settleAll(own.redis, chat, [becomes(0, 'accepted')]);
  expect((await load(own.redis)).chat).toEqual({ 'shop|custom': '1' });
  expect(await retrying(own.redis)).toEqual({ 'shop|custom': '1' });
  await settleAll(own.redis, chat, [becomes(1, 'expired'), becomes(2, 'accepted')]);
  expect(await own.redis.exists('{p0}:load:chat', '{p0}:load:chat:retrying')).toBe(0);
});

test('deliveries planned before their event moved to the bulk lane count in chat until the end', async () => {
  await using own = await startTestRedis();
  const { redis } = own;
  const ref = await stored(redis, { lane: 'chat' });
  const first = slice(users(3), { last: false });
  await planSlice(redis, ref, APP, 0, first);
  await advance(redis, ref, await lockOf(redis, ref), 0, first);
  await changeLane(redis, ref, 'chat', 'bulk');
  await planSlice(redis, ref, APP, 1, slice(users(2), { first: 3 }));
  expect(await load(redis)).toEqual({ chat: { 'shop|custom': '3' }, bulk: { 'shop|custom': '2' } });

  await settleAll(redis, ref, [becomes(2, 'rejected'), becomes(3, 'rejected')]);
  expect(await load(redis)).toEqual({ chat: { 'shop|custom': '2' }, bulk: { 'shop|custom': '1' } });
  for (const letter of await findDeadLetters(redis, APP, 1, [`${ref.key}-2`])) {
    await reopen(redis, APP, letter, { now: NOW, deadline: NOW + HOUR, sweepAt: NOW });
  }
  expect(await load(redis)).toEqual({ chat: { 'shop|custom': '2' }, bulk: { 'shop|custom': '1' } });
  expect(await retrying(redis)).toEqual({ 'shop|custom': '1' });

  const gate = { lane: 'chat', appId: APP, provider: 'custom', name: 'x' } as const;
  await openGate(redis, 0, gate, { now: NOW, leastMs: 1000, mostMs: 2000, reason: 'timeout' });
  const job = { ref, ordinals: [1, 4], deadlineAt: NOW + HOUR, job: {} };
  await hold(redis, 0, gate, [job], { now: NOW, reason: 'open' });
  expect(await load(redis)).toEqual({ chat: { 'shop|custom': '1' }, bulk: {} });
  await release(redis, 0, gate, 10, NOW);
  expect(await load(redis)).toEqual({ chat: { 'shop|custom': '2' }, bulk: { 'shop|custom': '1' } });
  await settleAll(
    redis,
    ref,
    [0, 1, 2, 4].map((ordinal) => becomes(ordinal, 'accepted')),
  );
  expect(await redis.keys('{p0}:load*')).toEqual([]);
});
