import type { EventRef, Lane } from '@fanfare/core';
import { readEvent } from '@fanfare/ledger';
import { readGroupSize } from '@fanfare/store';
import { startTestRedis } from '@fanfare/testkit';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { handleEvent } from '../src/handle-event.ts';
import { startChatBackend } from './support/chat-backend.ts';
import { accept, aGroupMessage, queuedFor, takeJob } from './support/events.ts';
import { APP, type Fanout, seedApp, startFanout } from './support/fanout.ts';

const own = await startTestRedis();
const { redis } = own;
afterAll(() => own[Symbol.asyncDispose]());
beforeEach(() => redis.flushall());

const SIX = ['bob', 'carol', 'dave', 'erin', 'frank', 'gina'];

const turn = async (fanout: Fanout, ref: EventRef, lane: Lane) =>
  handleEvent(fanout, { shard: 0, lane }, await takeJob(redis, ref, { lane }));

const laneOf = async (ref: EventRef) => (await readEvent(redis, ref))?.lane;

test('an event moves to the bulk lane once it has more members than a chat event may have', async () => {
  await using backend = await startChatBackend(SIX, 3);
  await seedApp(redis, [], { membership: { url: backend.url } });
  await using fanout = startFanout(redis, { sliceSize: 1, bulkAudience: 3 });
  const { ref } = await accept(redis, aGroupMessage());
  expect(await turn(fanout, ref, 'chat')).toEqual({ do: 'done' });
  expect(await laneOf(ref)).toBe('bulk');
  expect(await fanout.producer.presence('events', 'bulk', 0, [ref.key])).toEqual(['present']);
  expect(await turn(fanout, ref, 'bulk')).toEqual({ do: 'done' });
  expect(await queuedFor(redis, ref)).toEqual(SIX.slice(0, 4));
  expect(await queuedFor(redis, ref, 'deliveries-custom-bulk')).toEqual(SIX.slice(4));
});

test('the size of a group is kept for the next event once all its pages were read', async () => {
  await using backend = await startChatBackend(SIX, 3);
  await seedApp(redis, [], { membership: { url: backend.url } });
  await using fanout = startFanout(redis);
  const { ref } = await accept(redis, aGroupMessage());
  await turn(fanout, ref, 'chat');
  expect(await laneOf(ref)).toBe('chat');
  expect(await readGroupSize(redis, APP, 'hiking')).toBe(6);
});

test('the size of a group that was read only in part is not kept', async () => {
  await using backend = await startChatBackend(SIX, 3);
  await seedApp(redis, [], { membership: { url: backend.url } });
  await using fanout = startFanout(redis, { sliceSize: 1 });
  const { ref, accepted } = await accept(redis, aGroupMessage());
  expect(await turn(fanout, ref, 'chat')).toMatchObject({ do: 'wait' });
  fanout.clock.set(accepted.leaveBy);
  expect(await turn(fanout, ref, 'chat')).toEqual({ do: 'done' });
  expect(await queuedFor(redis, ref)).toEqual(SIX.slice(0, 4));
  expect(await readGroupSize(redis, APP, 'hiking')).toBeUndefined();
});

test('an event for one of our own lists stays in the lane it was accepted for', async () => {
  await seedApp(redis, SIX);
  await using fanout = startFanout(redis, { sliceSize: 1, bulkAudience: 3 });
  const { ref } = await accept(redis, aGroupMessage());
  expect(await turn(fanout, ref, 'chat')).toMatchObject({ do: 'wait' });
  expect(await laneOf(ref)).toBe('chat');
});
