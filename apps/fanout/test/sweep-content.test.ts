import { type EventRef, newEventKey } from '@fanfare/core';
import { advance, packFinished, planSlice, readEvent, settle } from '@fanfare/ledger';
import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { sweepContent } from '../src/sweep-content.ts';
import { accept, aGroupMessage, takeJob } from './support/events.ts';
import { APP, HOUR, seedApp, startFanout } from './support/fanout.ts';

/** A message that was received and sent so many hours ago. */
async function message(redis: Redis, hoursAgo: number): Promise<EventRef> {
  const receivedAt = Date.now() - hoursAgo * HOUR;
  const key = newEventKey(receivedAt, Math.random);
  const { ref } = await accept(redis, aGroupMessage({ id: `m-${hoursAgo}` }), { key, receivedAt });
  const recipients = [{ kind: 'send', uid: 'bob', targets: [{ provider: 'custom' }] } as const];
  const slice = { first: 0, cursor: '', last: true, recipients, packSize: 1 };
  await planSlice(redis, ref, APP, 0, slice);
  await advance(redis, ref, (await takeJob(redis, ref)).lock, 0, slice);
  await settle(redis, ref, APP, [{ ordinal: 0, provider: 'custom', state: 'accepted' }], receivedAt + 100);
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
