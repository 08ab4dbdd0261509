import type { PlannedRecipient } from '@fanfare/core';
import { type PlannedSlice, planSlice, readLoad, settle } from '@fanfare/ledger';
import { startTestRedis } from '@fanfare/testkit';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { enqueue } from '../src/enqueue.ts';
import { accept, aGroupMessage, countsOf, queued, queuedFor } from './support/events.ts';
import { APP, seedApp, startFanout } from './support/fanout.ts';

const own = await startTestRedis();
const { redis } = own;
afterAll(() => own[Symbol.asyncDispose]());
beforeEach(async () => {
  await redis.flushall();
  await seedApp(redis);
});

const RECIPIENTS: PlannedRecipient[] = [
  { kind: 'send', uid: 'bob', targets: [{ provider: 'custom' }, { provider: 'fcm', deviceId: 'phone' }], unread: 3 },
  { kind: 'suppress', uid: 'carol', reason: 'NO_TARGET' },
  { kind: 'send', uid: 'dave', targets: [{ provider: 'custom' }] },
];

const fence = () => undefined;

/** An event with one slice that is planned and not queued. */
async function planned() {
  const slice: PlannedSlice = { first: 0, cursor: 'dave', last: true, recipients: RECIPIENTS, packSize: 1 };
  const { ref, accepted } = await accept(redis, aGroupMessage());
  await planSlice(redis, ref, APP, 0, slice);
  return { ref, accepted, slice };
}

test('each delivery goes to the queue of its provider', async () => {
  await using fanout = startFanout(redis);
  const { ref, accepted, slice } = await planned();
  await enqueue(fanout, 0, accepted, { number: 0, slice, fence });
  expect(await queued(redis, ref)).toMatchObject([
    { ordinal: 0, uid: 'bob', unread: 3 },
    { ordinal: 2, uid: 'dave' },
  ]);
  expect(await queued(redis, ref, 'deliveries-fcm-chat')).toMatchObject([
    { ordinal: 1, uid: 'bob', deviceId: 'phone' },
  ]);
});

test('of a slice planned by another worker only open deliveries are added, marked to be checked first', async () => {
  await using fanout = startFanout(redis);
  const { ref, accepted, slice } = await planned();
  await settle(redis, ref, APP, [{ ordinal: 0, provider: 'custom', state: 'accepted' }], fanout.now());
  await enqueue(fanout, 0, accepted, { number: 0, slice, fence });
  expect(await queued(redis, ref)).toMatchObject([{ ordinal: 2, uid: 'dave', addedAgain: true }]);
  expect(await queued(redis, ref, 'deliveries-fcm-chat')).toMatchObject([{ ordinal: 1, addedAgain: true }]);
});

test('a slice that is queued twice is queued once', async () => {
  await using fanout = startFanout(redis);
  const { ref, accepted, slice } = await planned();
  for (let i = 0; i < 2; i++) await enqueue(fanout, 0, accepted, { number: 0, slice, fence });
  expect(await queuedFor(redis, ref)).toEqual(['bob', 'dave']);
});

test('an event past its deadline expires instead and no longer counts towards the load of its app', async () => {
  await using fanout = startFanout(redis);
  const { ref, accepted, slice } = await planned();
  expect(await readLoad(redis, APP, ['custom', 'fcm'], 1)).toEqual(
    new Map([
      ['custom', 2],
      ['fcm', 1],
    ]),
  );
  fanout.clock.set(accepted.leaveBy);
  await enqueue(fanout, 0, accepted, { number: 0, slice, fence });
  expect(await queuedFor(redis, ref)).toEqual([]);
  expect(await countsOf(redis, ref)).toEqual({ audience: 3, planned: 3, expired: 3, NO_TARGET: 1 });
  expect(await readLoad(redis, APP, ['custom', 'fcm'], 1)).toEqual(
    new Map([
      ['custom', 0],
      ['fcm', 0],
    ]),
  );
});
