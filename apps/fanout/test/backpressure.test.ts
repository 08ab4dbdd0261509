import { type AcceptedEvent, LANES, type PlannedRecipient } from '@fanfare/core';
import { admitWaiting, planSlice, readCursor, settle } from '@fanfare/ledger';
import { addMembers } from '@fanfare/store';
import { limitMemory, startTestRedis, usedMemory } from '@fanfare/testkit';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { backpressure } from '../src/backpressure.ts';
import { handleEvent } from '../src/handle-event.ts';
import { aCall, accept, aGroupMessage, queuedFor, takeJob } from './support/events.ts';
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

/** Leaves so many deliveries ready for FCM. */
async function ready(count: number, changes: Partial<AcceptedEvent> = {}) {
  const { ref } = await accept(redis, aGroupMessage(), changes);
  const recipients = Array.from(
    { length: count },
    (_, i): PlannedRecipient => ({ kind: 'send', uid: `u${i}`, targets: [{ provider: 'fcm', deviceId: 'phone' }] }),
  );
  await planSlice(redis, ref, changes.appId ?? APP, 0, { first: 0, cursor: '', last: true, recipients, packSize: 1 });
  return ref;
}

const PARK = { kind: 'park' };

/** For a slice that is not the first of its turn. */
const LATER = { isFirstSlice: false };

describe('an app with 800 deliveries ready in chat for one provider', () => {
  test('has its messages parked until one is settled', async () => {
    await using fanout = startFanout(redis);
    const { inHand } = await takeEvent(fanout, aGroupMessage());
    const ref = await ready(800);
    expect(await backpressure(fanout, inHand, LATER)).toEqual(PARK);
    await settle(redis, ref, APP, [{ ordinal: 0, provider: 'fcm', state: 'accepted' }], fanout.now());
    expect(await backpressure(fanout, inHand, LATER)).toBeUndefined();
  });

  test('has neither calls nor large groups parked', async () => {
    await using fanout = startFanout(redis);
    await ready(800);
    const large = await takeEvent(fanout, aGroupMessage(), { lane: 'bulk' });
    const call = await takeEvent(fanout, aCall(), { lane: 'call' });
    expect(await backpressure(fanout, large.inHand, LATER)).toBeUndefined();
    expect(await backpressure(fanout, call.inHand, LATER)).toBeUndefined();
  });

  test('delays no other app', async () => {
    await using fanout = startFanout(redis);
    await ready(800, { appId: 'another' });
    const { inHand } = await takeEvent(fanout, aGroupMessage());
    expect(await backpressure(fanout, inHand, LATER)).toBeUndefined();
  });
});

test('an app whose message is parked leaves no job, and goes on where it was', async () => {
  await using fanout = startFanout(redis);
  await addMembers(redis, APP, 'hiking', ['bob', 'carol'], fanout.now());
  const full = await ready(800);
  const { ref } = await accept(redis, aGroupMessage());
  const turn = await handleEvent(fanout, { shard: 0, lane: 'chat' }, await takeJob(redis, ref));
  expect(turn).toEqual({ do: 'done', afterwards: expect.any(Function) });
  await (turn as { afterwards(): Promise<void> }).afterwards();
  expect((await readCursor(redis, ref))?.admission).toBe('waiting');
  const admit = () => admitWaiting(redis, [{ shard: 0, lane: 'chat', appId: APP }], fanout.now());
  expect(await admit()).toEqual([]);
  const half = Array.from({ length: 401 }, (_, ordinal) => ordinal);
  const accepted = half.map((ordinal) => ({ ordinal, provider: 'fcm', state: 'accepted' }) as const);
  await settle(redis, full, APP, accepted, fanout.now());
  expect(await admit()).toMatchObject([{ shard: 0, lane: 'chat', events: [{ key: ref.key }] }]);
  const next = await handleEvent(fanout, { shard: 0, lane: 'chat' }, await takeJob(redis, ref));
  expect(next).toEqual({ do: 'done' });
  expect(await queuedFor(redis, ref)).toEqual(['bob', 'carol']);
});

test('an event for which there is room again before it is parked gets its job back', async () => {
  await using fanout = startFanout(redis);
  await addMembers(redis, APP, 'hiking', ['bob'], fanout.now());
  const full = await ready(800);
  const { ref } = await accept(redis, aGroupMessage());
  const turn = await handleEvent(fanout, { shard: 0, lane: 'chat' }, await takeJob(redis, ref));
  await settle(redis, full, APP, [{ ordinal: 0, provider: 'fcm', state: 'accepted' }], fanout.now());
  await (turn as { afterwards(): Promise<void> }).afterwards();
  expect(await fanout.producer.presence('events', 'chat', 0, [ref.key])).toEqual(['present']);
  expect((await readCursor(redis, ref))?.admission).toBe('admitted');
});

test.each([
  [0.72, ['call', 'chat', 'bulk']],
  [0.78, ['call', 'chat']],
  [0.88, ['call']],
  [0.98, ['call']],
] as const)('with Redis filled to %d, %j go on', async (share, expected) => {
  await using fanout = startFanout(redis);
  const held = {
    call: await takeEvent(fanout, aCall(), { lane: 'call' }),
    chat: await takeEvent(fanout, aGroupMessage()),
    bulk: await takeEvent(fanout, aGroupMessage(), { lane: 'bulk' }),
  };
  await limitMemory(redis, share);
  const pressures = await Promise.all(LANES.map((lane) => backpressure(fanout, held[lane].inHand, LATER)));
  expect(LANES.filter((_, i) => pressures[i] === undefined)).toEqual(expected);
});

test('a Redis that is too full delays every slice, the longer the older its event is, but no call', async () => {
  const used = await usedMemory(redis);
  await limitMemory(redis, 0.88);
  await using fanout = startFanout(redis);
  const { inHand } = await takeEvent(fanout, aGroupMessage());
  const call = await takeEvent(fanout, aCall(), { lane: 'call' });
  expect(await backpressure(fanout, call.inHand, LATER)).toBeUndefined();
  const between = async () => [
    await backpressure({ ...fanout, random: () => 0 }, inHand, LATER),
    await backpressure({ ...fanout, random: () => 1 }, inHand, LATER),
  ];
  const waits = (...delays: number[]) => delays.map((delayMs) => ({ kind: 'wait', delayMs }));
  fanout.clock.set(inHand.accepted.receivedAt);
  expect(await between()).toEqual(waits(150, 300));
  fanout.clock.advance(60_000);
  expect(await between()).toEqual(waits(1500, 3000));
  fanout.clock.advance(3_600_000);
  expect(await between()).toEqual(waits(7500, 15_000));
  await redis.config('SET', 'maxmemory', String(used * 4));
  fanout.clock.advance(1000);
  expect(await backpressure(fanout, inHand, LATER)).toBeUndefined();
});
