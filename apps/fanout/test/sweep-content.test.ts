import { type EventRef, newEventKey } from '@fanfare/core';
import { advance, packFinished, planSlice, readEvent, settle } from '@fanfare/ledger';
import { changeSettings } from '@fanfare/store';
import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { sweepContent } from '../src/sweep-content.ts';
import { accept, aGroupMessage, takeJob } from './support/events.ts';
import { APP, HOUR, seedApp, startFanout } from './support/fanout.ts';

/** A message that was received and sent so many hours ago. */
async function message(redis: Redis, hoursAgo: number, appId = APP): Promise<EventRef> {
  const receivedAt = Date.now() - hoursAgo * HOUR;
  const key = newEventKey(receivedAt, Math.random);
  const { ref } = await accept(redis, aGroupMessage({ id: `m-${hoursAgo}` }), { key, receivedAt, appId });
  const recipients = [{ kind: 'send', uid: 'bob', targets: [{ provider: 'custom' }] } as const];
  const slice = { first: 0, cursor: '', last: true, recipients, packSize: 1 };
  await planSlice(redis, ref, appId, 0, slice);
  await advance(redis, ref, (await takeJob(redis, ref)).lock, 0, slice);
  await settle(redis, ref, appId, [{ ordinal: 0, provider: 'custom', state: 'accepted' }], receivedAt + 100);
  return ref;
}

async function hasText(redis: Redis, ref: EventRef): Promise<boolean> {
  const event = (await readEvent(redis, ref))?.event;
  return event?.type === 'message.sent' && event.message.text !== undefined;
}

test.each([
  [{ retention: { content: 2 } }, [false, false, true]],
  [{}, [false, true, true]],
  [{ retention: { content: 48 } }, [true, true, true]],
])('messages of an app with %j lose their text in time', async (settings, kept) => {
  await using own = await startTestRedis();
  const { redis } = own;
  await seedApp(redis, [], settings);
  const refs: EventRef[] = [];
  for (const hours of [25, 3, 1]) refs.push(await message(redis, hours));
  await packFinished(redis, 0, Date.now() + 60_000, 100);
  await using fanout = startFanout(redis);
  await sweepContent(fanout, 0);
  expect(await Promise.all(refs.map((ref) => hasText(redis, ref)))).toEqual(kept);
});

test('an app or a record that cannot be read does not keep the messages of other apps', async () => {
  await using own = await startTestRedis();
  const { redis } = own;
  await seedApp(redis);
  const ref = await message(redis, 25);
  for (const appId of ['aaa', 'bbb', 'zzz']) await message(redis, 25, appId);
  const letterless = await message(redis, 25, 'ccc');
  await packFinished(redis, 0, Date.now() + 60_000, 100);
  for (const appId of ['aaa', 'zzz']) await redis.set(`app:{${appId}}`, 'not a hash');
  await redis.set(`{p0}:ev:${letterless.key}`, 'not a hash');
  await redis.sadd('{p0}:letterless', letterless.key);
  await using fanout = startFanout(redis);
  await sweepContent(fanout, 0);
  expect(await hasText(redis, ref)).toBe(false);
});

test('an app is read once a minute, and not before a message may be due', async () => {
  await using own = await startTestRedis();
  const { redis } = own;
  await seedApp(redis, [], { retention: { content: 48 } });
  const young = await message(redis, 0.9);
  await packFinished(redis, 0, Date.now() + 60_000, 100);
  await using fanout = startFanout(redis);
  const reads = async () => {
    const stats = await redis.info('commandstats');
    return Number(/cmdstat_hgetall:calls=(\d+)/.exec(stats)?.[1] ?? 0);
  };
  const readsOf = async (work: () => Promise<void>) => {
    const before = await reads();
    await work();
    return (await reads()) - before;
  };
  expect(await readsOf(() => sweepContent(fanout, 0))).toBe(0);
  fanout.clock.advance(2 * HOUR);
  expect(await readsOf(() => sweepContent(fanout, 0))).toBe(1);
  await changeSettings(redis, APP, { retention: { content: 1 } });
  fanout.clock.advance(59_000);
  expect(await readsOf(() => sweepContent(fanout, 0))).toBe(0);
  expect(await hasText(redis, young)).toBe(true);
  fanout.clock.advance(1000);
  await sweepContent(fanout, 0);
  expect(await hasText(redis, young)).toBe(false);
});
