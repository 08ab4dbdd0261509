import type { PlannedRecipient } from '@fanfare/core';
import { planSlice, settle } from '@fanfare/ledger';
import { startTestRedis } from '@fanfare/testkit';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { backpressure } from '../src/backpressure.ts';
import { aCall, accept, aGroupMessage } from './support/events.ts';
import { APP, seedApp, startFanout } from './support/fanout.ts';
import { takeEvent } from './support/in-hand.ts';

const own = await startTestRedis();
const { redis } = own;
afterAll(() => own[Symbol.asyncDispose]());
beforeEach(async () => {
  await redis.flushall();
  await redis.config('SET', 'maxmemory', '0');
  await seedApp(redis);
});

/** Leaves so many deliveries open with FCM. */
async function open(count: number, appId = APP) {
  const { ref } = await accept(redis, aGroupMessage(), { appId });
  const recipients = Array.from(
    { length: count },
    (_, i): PlannedRecipient => ({ kind: 'send', uid: `u${i}`, targets: [{ provider: 'fcm', deviceId: 'phone' }] }),
  );
  await planSlice(redis, ref, appId, 0, { first: 0, cursor: '', last: true, recipients, packSize: 1 });
  return ref;
}

describe('an app with 5,000 deliveries open at one provider', () => {
  test('makes later slices of a message wait until one is settled', async () => {
    await using fanout = startFanout(redis);
    const { inHand } = await takeEvent(fanout, aGroupMessage());
    const ref = await open(5000);
    expect(await backpressure(fanout, inHand, 1)).toBeGreaterThan(0);
    await settle(redis, ref, APP, [{ ordinal: 0, provider: 'fcm', state: 'accepted' }], fanout.now());
    expect(await backpressure(fanout, inHand, 1)).toBe(0);
  });

  test('delays neither first slices nor calls', async () => {
    await using fanout = startFanout(redis);
    await open(5000);
    const message = await takeEvent(fanout, aGroupMessage());
    const call = await takeEvent(fanout, aCall(), { lane: 'call' });
    expect(await backpressure(fanout, message.inHand, 0)).toBe(0);
    expect(await backpressure(fanout, call.inHand, 1)).toBe(0);
  });

  test('delays no other app', async () => {
    await using fanout = startFanout(redis);
    await open(5000, 'another');
    const { inHand } = await takeEvent(fanout, aGroupMessage());
    expect(await backpressure(fanout, inHand, 1)).toBe(0);
  });

  test('checks less often as the event ages, with jitter over half the wait', async () => {
    await using fanout = startFanout(redis);
    await open(5000);
    const { inHand } = await takeEvent(fanout, aGroupMessage());
    const between = async () => [
      await backpressure({ ...fanout, random: () => 0 }, inHand, 1),
      await backpressure({ ...fanout, random: () => 1 }, inHand, 1),
    ];
    fanout.clock.set(inHand.accepted.receivedAt);
    expect(await between()).toEqual([150, 300]);
    fanout.clock.advance(60_000);
    expect(await between()).toEqual([1500, 3000]);
    fanout.clock.advance(3_600_000);
    expect(await between()).toEqual([7500, 15_000]);
  });
});

test('a Redis over 70% full delays every slice, including the first, but no call', async () => {
  const used = Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
  await redis.config('SET', 'maxmemory', String(Math.round(used * 1.25)));
  await using fanout = startFanout(redis);
  const message = await takeEvent(fanout, aGroupMessage());
  const call = await takeEvent(fanout, aCall(), { lane: 'call' });
  expect(await backpressure(fanout, message.inHand, 0)).toBeGreaterThan(0);
  expect(await backpressure(fanout, call.inHand, 0)).toBe(0);
  await redis.config('SET', 'maxmemory', String(used * 4));
  fanout.clock.advance(1000);
  expect(await backpressure(fanout, message.inHand, 0)).toBe(0);
});
