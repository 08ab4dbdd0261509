import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { advance, findDeadLetters, isFullyPlanned, planSlice, readProgress, reopen } from '../../src/index.ts';
import { APP, becomes, left, lockOf, NOW, planned, settleAll, slice, stored, users } from '../support/events.ts';

const finishedAt = async (redis: Redis, ref: Parameters<typeof readProgress>[1]) =>
  (await readProgress(redis, ref))?.finishedAt;

test('an event finishes when its last delivery is settled, and not when one is settled again', async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, users(2));
  await settleAll(own.redis, ref, [becomes(0, 'accepted')], NOW + 1);
  expect(await finishedAt(own.redis, ref)).toBeUndefined();
  await settleAll(own.redis, ref, [becomes(1, 'expired')], NOW + 2);
  await settleAll(own.redis, ref, [becomes(1, 'expired')], NOW + 3);
  expect(await finishedAt(own.redis, ref)).toBe(NOW + 2);
});

test('an event without recipients finishes when it is planned', async () => {
  await using own = await startTestRedis();
  const ref = await stored(own.redis);
  const noRecipients = slice([left('ann')]);
  await planSlice(own.redis, ref, APP, 0, noRecipients);
  expect(await isFullyPlanned(own.redis, ref)).toBe(false);
  await advance(own.redis, ref, await lockOf(own.redis, ref), 0, noRecipients, NOW + 5);
  expect(await isFullyPlanned(own.redis, ref)).toBe(true);
  expect(await finishedAt(own.redis, ref)).toBe(NOW + 5);
});

test('a replayed event is not finished until it is done again', async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, users(1));
  await settleAll(own.redis, ref, [becomes(0, 'rejected')], NOW + 1);
  const [letter] = await findDeadLetters(own.redis, APP, 1, [`${ref.key}-0`]);
  if (!letter) throw new Error('no letter');
  await reopen(own.redis, APP, letter, { now: NOW, deadline: NOW, sweepAt: NOW });
  expect(await finishedAt(own.redis, ref)).toBeUndefined();
  await settleAll(own.redis, ref, [becomes(0, 'accepted')], NOW + 9);
  expect(await finishedAt(own.redis, ref)).toBe(NOW + 9);
});

test('it is unknown whether an expired event was fully planned', async () => {
  await using own = await startTestRedis();
  expect(await isFullyPlanned(own.redis, { key: 'em5x8k2a0zzzzzz', shard: 0 })).toBeUndefined();
});
