import type { EventRef } from '@fanfare/core';
import { type AdmittedEvent, advance, planSlice } from '@fanfare/ledger';
import { recordModeration } from '@fanfare/store';
import { startTestRedis } from '@fanfare/testkit';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { handleEvent } from '../src/handle-event.ts';
import { SWEEP_TIMES, sweep } from '../src/sweep.ts';
import { aCall, accept, aGroupMessage, takeJob } from './support/events.ts';
import { APP, type Fanout, seedApp, startFanout } from './support/fanout.ts';

const own = await startTestRedis();
const { redis } = own;
afterAll(() => own[Symbol.asyncDispose]());
beforeEach(async () => {
  await redis.flushall();
  await seedApp(redis, ['bob', 'carol']);
});

const hasJob = async (fanout: Fanout, { key }: EventRef, lane: 'call' | 'chat' = 'chat') =>
  (await fanout.producer.presence('events', lane, 0, [key]))[0] === 'present';

/** As many events of one app as are asked for, of which those admitted have their jobs. */
async function flood(fanout: Fanout, count: number, appId: string): Promise<void> {
  const refs: EventRef[] = [];
  for (let i = 0; i < count; i++) refs.push((await accept(redis, aGroupMessage(), { appId })).ref);
  await fanout.producer.addEvents(0, 'chat', refs.slice(0, 64));
}

/** Plans so many admitted events but this one to their end; the events that are admitted at the last one. */
async function plan(fanout: Fanout, count: number, except?: EventRef): Promise<AdmittedEvent[]> {
  const keys = (await redis.zrange('{p0}:admitted:chat', '0', '-1')).filter((key) => key !== except?.key);
  let admitted: AdmittedEvent[] = [];
  for (const key of keys.slice(0, count)) {
    const ref = { shard: 0, key };
    const { lock } = await takeJob(redis, ref);
    const none = { first: 0, cursor: '', last: true, packSize: 1, recipients: [] };
    await planSlice(redis, ref, APP, 0, none);
    admitted = await advance(redis, ref, lock, 0, none, fanout.now());
  }
  return admitted;
}

test('an event that was accepted and never queued is found at the next look, although thousands are open', async () => {
  await using fanout = startFanout(redis);
  await flood(fanout, 2000, 'another');
  const { ref } = await accept(redis, aGroupMessage());
  const call = await accept(redis, aCall(), { lane: 'call' });
  // The sweeper looks every 2 seconds at what is 2 seconds old.
  fanout.clock.set(Date.now() + 2000);
  await sweep(fanout, SWEEP_TIMES);
  expect([await hasJob(fanout, ref), await hasJob(fanout, call.ref, 'call')]).toEqual([true, true]);
  expect(await redis.llen('{p0}:events-chat:wait')).toBe(65);
});

test('an event whose process died after admitting it and before adding its job gets it, and counts once', async () => {
  await using fanout = startFanout(redis);
  await flood(fanout, 64, APP);
  const { ref } = await accept(redis, aGroupMessage());
  expect(await plan(fanout, 16)).toMatchObject([{ key: ref.key }]);
  fanout.clock.set(Date.now() + 2000);
  await sweep(fanout, SWEEP_TIMES);
  expect(await hasJob(fanout, ref)).toBe(true);
  expect(await redis.hget('{p0}:adm:chat', APP)).toBe('49');
  await handleEvent(fanout, { shard: 0, lane: 'chat' }, await takeJob(redis, ref));
  expect(await redis.hget('{p0}:adm:chat', APP)).toBe('48');
});

test('an event that waits for others of its app is given no job', async () => {
  await using fanout = startFanout(redis);
  await flood(fanout, 64, APP);
  const { ref } = await accept(redis, aGroupMessage());
  fanout.clock.advance(SWEEP_TIMES.againMs);
  await sweep(fanout, SWEEP_TIMES);
  expect(await hasJob(fanout, ref)).toBe(false);
  // And one that it has all the same does nothing.
  expect(await handleEvent(fanout, { shard: 0, lane: 'chat' }, await takeJob(redis, ref))).toEqual({ do: 'done' });
  expect(await redis.zscore(`{p0}:wait:chat:${APP}`, ref.key)).not.toBeNull();
});

test('an event that waits for a moderation verdict counts as one of its app that have gone on', async () => {
  await using fanout = startFanout(redis);
  await recordModeration(redis, APP);
  const pending = { message: { id: '101', type: 'text', text: 'hi', moderation: 'pending' } };
  const { ref: held } = await accept(redis, aGroupMessage(pending));
  await flood(fanout, 63, APP);
  const { ref } = await accept(redis, aGroupMessage());
  expect(await plan(fanout, 15, held)).toEqual([]);
  const turn = await handleEvent(fanout, { shard: 0, lane: 'chat' }, await takeJob(redis, held));
  expect(turn).toMatchObject({ do: 'wait' });
  expect(await hasJob(fanout, ref)).toBe(true);
});
