import type { AcceptedEvent } from '@fanfare/core';
import { recordVerdict } from '@fanfare/ledger';
import { recordModeration } from '@fanfare/store';
import { startTestRedis } from '@fanfare/testkit';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { handleEvent } from '../src/handle-event.ts';
import { moderationWait } from '../src/moderation-wait.ts';
import { accept, aGroupMessage, countsOf, queuedFor, takeJob } from './support/events.ts';
import { APP, HOUR, seedApp, startFanout } from './support/fanout.ts';

const own = await startTestRedis();
const { redis } = own;
afterAll(() => own[Symbol.asyncDispose]());

const CHAT = { shard: 0, lane: 'chat' } as const;
const PENDING = aGroupMessage({ message: { id: '101', text: 'hi', moderation: 'pending' } });

describe('a pending message of an app that moderates', () => {
  beforeEach(async () => {
    await redis.flushall();
    await seedApp(redis, ['bob']);
    await recordModeration(redis, APP);
  });

  test('waits, and is sent once it is approved', async () => {
    await using fanout = startFanout(redis);
    const { ref } = await accept(redis, PENDING);
    const job = await takeJob(redis, ref);
    expect(await handleEvent(fanout, CHAT, job)).toMatchObject({ do: 'wait' });
    expect(await countsOf(redis, ref)).toEqual({});
    await recordVerdict(redis, APP, '101', 'approved', HOUR);
    expect(await handleEvent(fanout, CHAT, { ...job, startedBefore: true })).toEqual({ do: 'done' });
    expect(await queuedFor(redis, ref)).toEqual(['bob']);
  });

  test('notifies no one if it is disapproved', async () => {
    await using fanout = startFanout(redis);
    const { ref } = await accept(redis, PENDING);
    await recordVerdict(redis, APP, '101', 'disapproved', HOUR);
    expect(await handleEvent(fanout, CHAT, await takeJob(redis, ref))).toEqual({ do: 'done' });
    expect(await countsOf(redis, ref)).toEqual({ audience: 1, MODERATION_DISAPPROVED: 1 });
  });

  test('notifies no one if there is no verdict by its deadline', async () => {
    await using fanout = startFanout(redis);
    const { ref, accepted } = await accept(redis, PENDING);
    fanout.clock.set(accepted.leaveBy);
    expect(await handleEvent(fanout, CHAT, await takeJob(redis, ref))).toEqual({ do: 'done' });
    expect(await countsOf(redis, ref)).toEqual({ audience: 1, MODERATION_PENDING: 1 });
  });
});

test.each([
  ['at once', 0, 200],
  ['a tenth of its age later', 10_000, 1000],
  ['every three seconds at most', 60_000, 3000],
  ['not after its deadline', HOUR - 1500, 1500],
  ['in a moment when the deadline has just passed', HOUR + 5, 1],
])('its verdict is looked for %s', (_, age, waitMs) => {
  const times = { receivedAt: 1_800_000_000_000, leaveBy: 1_800_000_000_000 + HOUR } as AcceptedEvent;
  expect(moderationWait(times, times.receivedAt + age)).toBe(waitMs);
});
