import { startTestRedis } from '@fanfare/testkit';
import { describe, expect, test } from '@jest/globals';
import { type CallReference, endRing, findCall, findLastCall, isRingOver, recordCall } from '../../src/index.ts';
import { APP, HOUR, NOW } from '../support/events.ts';

const DAY = 24 * HOUR;
const ring = (at: number, over: Partial<CallReference> = {}): CallReference => ({
  sessionId: `v1.us.${at}`,
  type: 'video',
  caller: 'ann',
  conversation: { type: 'user', id: 'bob' },
  ref: { key: `em5x8k2a${String(at).padStart(8, '0')}`, shard: 1 },
  ...over,
});

describe('a ring', () => {
  test('is found by its session as it was first recorded', async () => {
    await using own = await startTestRedis();
    const [first, withId] = [ring(1), ring(2, { callId: '12\t0', sessionId: 'a\tb', type: 'audio' })];
    await recordCall(own.redis, APP, first, DAY);
    await recordCall(own.redis, APP, { ...first, caller: 'eve', conversation: { type: 'group', id: 'x' } }, DAY);
    await recordCall(own.redis, APP, withId, DAY);
    expect(await findCall(own.redis, APP, first.sessionId)).toEqual(first);
    expect(await findCall(own.redis, APP, 'a\tb')).toEqual(withId);
    expect(await findCall(own.redis, APP, 'other')).toBeUndefined();
    expect(await findCall(own.redis, 'bank', first.sessionId)).toBeUndefined();
  });

  test('that is the latest of its session is found by it, in any order of recording', async () => {
    await using own = await startTestRedis();
    const [first, second] = [ring(1, { sessionId: 'room' }), ring(2, { sessionId: 'room', caller: 'carl' })];
    for (const one of [first, second, first]) await recordCall(own.redis, APP, one, DAY);
    expect(await findCall(own.redis, APP, 'room')).toEqual(second);
  });

  test('that is the latest of its conversation is found there, in any order, for either caller', async () => {
    await using own = await startTestRedis();
    const back = ring(2, { caller: 'bob', conversation: { type: 'user', id: 'ann' } });
    for (const one of [ring(1), back, ring(1)]) await recordCall(own.redis, APP, one, DAY);
    await recordCall(own.redis, APP, ring(9, { conversation: { type: 'group', id: 'hiking' } }), DAY);
    expect(await findLastCall(own.redis, APP, 'ann_user_bob')).toEqual(back);
    expect(await findLastCall(own.redis, APP, 'group_hiking')).toEqual(
      ring(9, { conversation: { type: 'group', id: 'hiking' } }),
    );
    expect(await findLastCall(own.redis, APP, 'ann_user_carl')).toBeUndefined();
    expect(await findLastCall(own.redis, 'bank', 'ann_user_bob')).toBeUndefined();
  });
});

describe('the end of a ring', () => {
  test('is known by session, whether the ring was recorded before, after, or never', async () => {
    await using own = await startTestRedis();
    const call = ring(1);
    expect(await isRingOver(own.redis, APP, call.sessionId, NOW)).toBe(false);
    await endRing(own.redis, APP, call.sessionId, NOW, DAY);
    await recordCall(own.redis, APP, call, DAY);
    expect(await isRingOver(own.redis, APP, call.sessionId, NOW)).toBe(true);
    expect(await findCall(own.redis, APP, call.sessionId)).toEqual(call);
    expect(await isRingOver(own.redis, 'bank', call.sessionId, NOW)).toBe(false);
  });

  test('is not the end of a later ring of the same session; the latest end wins', async () => {
    await using own = await startTestRedis();
    await endRing(own.redis, APP, 'room', NOW, DAY);
    expect(await isRingOver(own.redis, APP, 'room', NOW - 1)).toBe(true);
    expect(await isRingOver(own.redis, APP, 'room', NOW + 1)).toBe(false);
    await endRing(own.redis, APP, 'room', NOW + 5, DAY);
    await endRing(own.redis, APP, 'room', 9, DAY);
    expect(await isRingOver(own.redis, APP, 'room', NOW + 5)).toBe(true);
    expect(await isRingOver(own.redis, APP, 'room', NOW + 6)).toBe(false);
  });
});

test.each([
  ['a day, when its event is kept for longer', 7 * DAY, DAY],
  ['as long as its event, when that is less', HOUR, HOUR],
])('a call is remembered for %s', async (_, retentionMs, ttl) => {
  await using own = await startTestRedis();
  await recordCall(own.redis, APP, ring(1), retentionMs);
  await endRing(own.redis, APP, ring(1).sessionId, NOW, retentionMs);
  const keys = await own.redis.keys('*');
  expect(keys).toHaveLength(3);
  for (const key of keys) {
    const left = await own.redis.pttl(key);
    expect(left).toBeGreaterThan(ttl / 2);
    expect(left).toBeLessThanOrEqual(ttl);
  }
});
