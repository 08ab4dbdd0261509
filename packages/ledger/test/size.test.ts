import { randomUUID } from 'node:crypto';
import type { PlannedRecipient } from '@fanfare/core';
import { startTestRedis, type TestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { advance, planSlice } from '../src/index.ts';
import { APP, becomes, countsOf, lockOf, settleAll, slice, stored } from './support/events.ts';

const RECIPIENTS = 10_000;
const SLICE = 300;

/** An event of 10,000 recipients with uids of 14 characters, planned in slices of 300. */
async function large({ redis }: TestRedis, targets: (i: number) => PlannedRecipient) {
  const ref = await stored(redis, { lane: 'bulk' });
  const lock = await lockOf(redis, ref);
  for (let number = 0; number * SLICE < RECIPIENTS; number++) {
    const first = number * SLICE;
    const recipients = Array.from({ length: Math.min(SLICE, RECIPIENTS - first) }, (_, i) => targets(first + i));
    const one = slice(recipients, { first, last: first + SLICE >= RECIPIENTS });
    await planSlice(redis, ref, APP, number, one);
    await advance(redis, ref, lock, number, one);
  }
  const key = (what: string) => `{p0}:${what}:${ref.key}`;
  const size = async (what: string) => ((await redis.memory('USAGE', key(what), 'SAMPLES', 0)) ?? 0) / RECIPIENTS;
  return { ref, key, size };
}

const uid = (i: number) => `customer-${String(i).padStart(5, '0')}`;

test('a recipient takes half a byte for the state and a few bytes of the plan', async () => {
  await using own = await startTestRedis();
  const { ref, key, size } = await large(own, (i) => ({
    kind: 'send',
    uid: uid(i),
    targets: [{ provider: 'custom' }],
  }));
  expect(await own.redis.strlen(key('st'))).toBe(RECIPIENTS / 2);
  expect(await size('st')).toBeLessThan(1.2);
  expect(await size('plan')).toBeLessThan(5);
  for (let first = 0; first < RECIPIENTS; first += SLICE) {
    const ordinals = Array.from({ length: Math.min(SLICE, RECIPIENTS - first) }, (_, i) => first + i);
    await settleAll(
      own.redis,
      ref,
      ordinals.map((ordinal) => becomes(ordinal, 'accepted')),
    );
  }
  expect(await countsOf(own.redis, ref)).toEqual({ audience: RECIPIENTS, planned: RECIPIENTS, accepted: RECIPIENTS });
  expect((await size('st')) + (await size('plan')) + (await size('ev'))).toBeLessThan(6);
  expect(await own.redis.exists(key('at'))).toBe(0);
});

test('a random device id of 36 characters takes two thirds of itself', async () => {
  await using own = await startTestRedis();
  const { size } = await large(own, (i) => ({
    kind: 'send',
    uid: uid(i),
    targets: [{ provider: 'fcm', deviceId: randomUUID() }],
  }));
  expect(await size('plan')).toBeLessThan(29);
});
