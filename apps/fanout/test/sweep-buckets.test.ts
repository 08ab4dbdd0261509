import { type EventRef, newEventKey } from '@fanfare/core';
import {
  advance,
  findEvent,
  findMessage,
  packFinished,
  planSlice,
  readEvent,
  recordMessages,
  settle,
} from '@fanfare/ledger';
import { limitMemory, startTestRedis } from '@fanfare/testkit';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SWEEP_TIMES, sweep } from '../src/sweep.ts';
import { sweepBuckets } from '../src/sweep-buckets.ts';
import { accept, aGroupMessage, takeJob } from './support/events.ts';
import { APP, HOUR, seedApp, startFanout } from './support/fanout.ts';

const own = await startTestRedis();
const { redis } = own;
afterAll(() => own[Symbol.asyncDispose]());
beforeEach(async () => {
  await redis.config('SET', 'maxmemory', '0');
  await redis.flushall();
  await seedApp(redis);
});

const DAY = 24 * HOUR;

const LETTER = { eventId: 'x', uid: 'bob', provider: 'custom', reason: 'rejected', attempts: 1 } as const;

const becomes = (state: 'accepted' | 'rejected') => {
  const delivery = { ordinal: 0, provider: 'custom' } as const;
  return state === 'accepted' ? { ...delivery, state } : { ...delivery, state, deadLetter: LETTER };
};

/** A message that was received so many days ago, with its reference; its delivery ends in this state, if any. */
async function message(daysAgo: number, state?: 'accepted' | 'rejected'): Promise<EventRef & { id: string }> {
  const id = `${daysAgo}-${state}`;
  const receivedAt = Date.now() - daysAgo * DAY;
  const key = newEventKey(receivedAt, Math.random);
  // Held as long as deliveries can be, so that the sweeper does not expire it.
  const times = { key, receivedAt, leaveBy: Date.now() + HOUR, holdUntil: Date.now() + HOUR };
  const { ref } = await accept(redis, aGroupMessage({ id, message: { id, type: 'text', text: 'hi' } }), times);
  const reference = { messageId: id, author: 'alice', conversation: { type: 'group', id: 'hiking' } as const, ref };
  await recordMessages(redis, APP, [reference], 7 * DAY);
  const recipients = [{ kind: 'send', uid: 'bob', targets: [{ provider: 'custom' }] } as const];
  const slice = { first: 0, cursor: '', last: true, recipients, packSize: 1 };
  await planSlice(redis, ref, APP, 0, slice);
  await advance(redis, ref, (await takeJob(redis, ref)).lock, 0, slice);
  if (state) await settle(redis, ref, APP, [becomes(state)], receivedAt + 100);
  return { ...ref, id };
}

/** Whether an event and its message are found by their ids. */
const areFound = async ({ id }: { id: string }) =>
  (await Promise.all([findEvent(redis, APP, id), findMessage(redis, APP, id)])).map(Boolean);

/** What the sweeper does twice, as full as the memory is then: first events leave, then the days they were from. */
async function sweepAt(fullness: number): Promise<void> {
  await packFinished(redis, 0, Date.now() + 60_000, 1000);
  await limitMemory(redis, fullness);
  await using fanout = startFanout(redis);
  for (let n = 0; n < 2; n++) await sweep(fanout, SWEEP_TIMES);
}

describe('ids and references', () => {
  test('leave after their events while memory is short, but those of today and yesterday stay', async () => {
    const messages = [];
    for (const days of [5, 3, 0.9, 0]) messages.push(await message(days, 'accepted'));
    await sweepAt(0.65);
    expect(await Promise.all(messages.map(areFound))).toEqual([
      [false, false],
      [false, false],
      [true, true],
      [true, true],
    ]);
    for (const { id, key } of messages.slice(2)) {
      expect((await accept(redis, aGroupMessage({ id }))).ref.key).toBe(key);
    }
  });

  test('of a day with an open event are found, and so are those of the days after', async () => {
    const done = [await message(5, 'accepted'), await message(3, 'accepted')];
    const open = await message(4);
    await sweepAt(0.65);
    expect(await Promise.all([...done, open].map(areFound))).toEqual([
      [false, false],
      [true, true],
      [true, true],
    ]);
  });

  test('leave even if dead letters of their day are kept, which need none', async () => {
    const letter = await message(4, 'rejected');
    await packFinished(redis, 0, Date.now() + 60_000, 1000);
    await limitMemory(redis, 0.65);
    await using fanout = startFanout(redis);
    await sweepBuckets(fanout);
    expect(await areFound(letter)).toEqual([false, false]);
    expect(await readEvent(redis, letter)).toBeDefined();
  });

  test('stay while there is room', async () => {
    const old = await message(5, 'accepted');
    await sweepAt(0.5);
    expect(await areFound(old)).toEqual([true, true]);
  });
});
