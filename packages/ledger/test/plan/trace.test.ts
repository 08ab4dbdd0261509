import type { EventRef, PlannedRecipient } from '@fanfare/core';
import { startTestRedis } from '@fanfare/testkit';
import { describe, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import {
  advance,
  findPlanned,
  findReached,
  planSlice,
  readDeadLetterOf,
  readReached,
  rungOn,
} from '../../src/index.ts';
import { APP, becomes, left, lockOf, planned, reached, settleAll, slice, stored, users } from '../support/events.ts';

const bob: PlannedRecipient = {
  kind: 'send',
  uid: 'bob',
  targets: [
    { provider: 'fcm', deviceId: 'd1' },
    { provider: 'apns', deviceId: 'd2' },
  ],
  unread: 3,
};

/** An event with these slices planned, one after the other. */
async function plannedIn(redis: Redis, slices: PlannedRecipient[][]): Promise<EventRef> {
  const ref = await stored(redis);
  const lock = await lockOf(redis, ref);
  let first = 0;
  for (const [number, recipients] of slices.entries()) {
    const one = slice(recipients, { first, last: number === slices.length - 1 });
    await planSlice(redis, ref, APP, number, one);
    await advance(redis, ref, lock, number, one);
    first += recipients.reduce((sum, it) => sum + (it.kind === 'send' ? it.targets.length : 0), 0);
  }
  return ref;
}

describe('the plan for one recipient', () => {
  test('has the deliveries, their ordinals, states and unread count', async () => {
    await using own = await startTestRedis();
    const ref = await plannedIn(own.redis, [
      [reached('ann'), left('b')],
      [left('bo'), bob, reached('carl')],
    ]);
    await settleAll(own.redis, ref, [becomes(0, 'expired'), becomes(2, 'accepted'), becomes(3, 'superseded')]);
    expect(await findPlanned(own.redis, ref, 'bob')).toEqual({
      recipient: bob,
      deliveries: [
        { ordinal: 1, target: { provider: 'fcm', deviceId: 'd1' }, state: 'pending', unread: 3 },
        { ordinal: 2, target: { provider: 'apns', deviceId: 'd2' }, state: 'accepted', unread: 3 },
      ],
    });
    expect(await findPlanned(own.redis, ref, 'carl')).toEqual({
      recipient: reached('carl'),
      deliveries: [{ ordinal: 3, target: { provider: 'custom' }, state: 'superseded' }],
    });
  });

  test('has the reason and its detail, for a user who is not notified', async () => {
    await using own = await startTestRedis();
    const muted: PlannedRecipient = {
      kind: 'suppress',
      uid: 'bob',
      reason: 'MUTE_PREFERENCE',
      detail: '1741847453000',
    };
    const ref = await planned(own.redis, [reached('ann'), muted]);
    expect(await findPlanned(own.redis, ref, 'bob')).toEqual({ recipient: muted, deliveries: [] });
  });

  test('is undefined for a user not in the plan, even if others have similar uids', async () => {
    await using own = await startTestRedis();
    const ref = await plannedIn(own.redis, [[reached('ann'), reached('bob-2')], [left('a-bob')]]);
    for (const uid of ['bob', '2', 'annn', '.*', '0', ''])
      expect(await findPlanned(own.redis, ref, uid)).toBeUndefined();
    expect(await findPlanned(own.redis, { key: 'em5x8k2a0zzzzzz', shard: 0 }, 'ann')).toBeUndefined();
  });

  test('is found in any slice of a long plan, in any order of uids', async () => {
    await using own = await startTestRedis();
    const all = users(200);
    const ref = await plannedIn(
      own.redis,
      Array.from({ length: 100 }, (_, i) => all.slice(2 * i, 2 * i + 2)).reverse(),
    );
    for (const i of [0, 1, 73, 134, 135, 136, 199]) {
      const found = await findPlanned(own.redis, ref, `u${i}`);
      expect(found?.recipient).toEqual(reached(`u${i}`));
      expect(found?.deliveries).toMatchObject([{ ordinal: 198 - i + 2 * (i % 2) }]);
    }
    expect(await findPlanned(own.redis, ref, 'u200')).toBeUndefined();
  });

  test.each([
    ['sorted', (uids: PlannedRecipient[]) => uids],
    ['not sorted', (uids: PlannedRecipient[]) => uids.toSorted((a, b) => order(a.uid) - order(b.uid))],
  ])('is found in any of the large slices of a plan that is %s', async (_, sort) => {
    await using own = await startTestRedis();
    const all = sort(Array.from({ length: 900 }, (_, i) => reached(`u${1000 + i}`)));
    const ref = await plannedIn(own.redis, [all.slice(0, 300), all.slice(300, 600), all.slice(600)]);
    for (const uid of ['u1000', 'u1299', 'u1300', 'u1450', 'u1899'])
      expect((await findPlanned(own.redis, ref, uid))?.recipient).toEqual(reached(uid));
    for (const uid of ['u1', 'u100', 'u10000', 'u1450_', 'u1900', 'v'])
      expect(await findPlanned(own.redis, ref, uid)).toBeUndefined();
  });
});

/** A fixed disorder. */
const order = (uid: string): number => (Number(uid.slice(1)) * 7919) % 907;

test("the dead letter of a rejected delivery has the provider's message; other deliveries have none", async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, users(2));
  await settleAll(own.redis, ref, [becomes(0, 'rejected', 'http_404'), becomes(1, 'accepted')]);
  const of = (ordinal: number, app = APP) => readDeadLetterOf(own.redis, app, 0, `${ref.key}-${ordinal}`);
  expect(await of(0)).toMatchObject({ ref, ordinal: 0, reason: 'http_404' });
  expect([await of(1), await of(2), await of(0, 'bank')]).toEqual([undefined, undefined, undefined]);
  expect(await readDeadLetterOf(own.redis, APP, 1, `${ref.key}-0`)).toBeUndefined();
});

describe('the users an event has reached', () => {
  test('are those with an accepted or open delivery, by these targets only', async () => {
    await using own = await startTestRedis();
    const ref = await planned(own.redis, [bob, left('carl'), ...users(7)]);
    await settleAll(own.redis, ref, [
      becomes(0, 'token_dead'),
      becomes(2, 'accepted'),
      becomes(3, 'retrying'),
      becomes(4, 'token_dead'),
      becomes(5, 'rejected'),
      becomes(6, 'expired'),
      becomes(7, 'superseded'),
    ]);
    const custom = { provider: 'custom' };
    expect(await readReached(own.redis, ref, 0)).toEqual({
      reached: [
        { uid: 'bob', targets: [{ target: { provider: 'apns', deviceId: 'd2' }, state: 'pending' }] },
        { uid: 'u0', targets: [{ target: custom, state: 'accepted' }] },
        { uid: 'u1', targets: [{ target: custom, state: 'retrying' }] },
        { uid: 'u6', targets: [{ target: custom, state: 'pending' }] },
      ],
      last: true,
    });
    const called = await readReached(own.redis, ref, 0, ['superseded', 'expired']);
    expect(called?.reached.map(({ uid }) => uid)).toEqual(['bob', 'u0', 'u1', 'u4', 'u5', 'u6']);
  });

  test('are also found by uid, with the devices a ring has rung on', async () => {
    await using own = await startTestRedis();
    const ref = await planned(own.redis, [bob, left('carl'), ...users(2)]);
    await settleAll(own.redis, ref, [becomes(0, 'superseded'), becomes(1, 'accepted'), becomes(2, 'superseded')]);
    const find = (uid: string) => findReached(own.redis, ref, uid, ['superseded', 'expired']);
    expect([...(rungOn((await find('bob'))?.targets ?? []) ?? [])]).toEqual(['d2']);
    expect(rungOn((await find('u0'))?.targets ?? [])).toBeUndefined();
    expect(rungOn((await find('u1'))?.targets ?? [])).toEqual(new Set());
    expect(await findReached(own.redis, ref, 'u0')).toBeUndefined();
    expect(await find('carl')).toBeUndefined();
  });

  test('are read slice by slice, and a slice that does not exist is undefined', async () => {
    await using own = await startTestRedis();
    const ref = await plannedIn(own.redis, [[bob], [left('carl')], [reached('dora')]]);
    const slices = await Promise.all([0, 1, 2, 3].map((number) => readReached(own.redis, ref, number)));
    expect(slices.map((one) => [one?.reached.map((it) => [it.uid, it.targets.length]), one?.last])).toEqual([
      [[['bob', 2]], false],
      [[], false],
      [[['dora', 1]], true],
      [undefined, undefined],
    ]);
    expect(await readReached(own.redis, { key: 'em5x8k2a0zzzzzz', shard: 0 }, 0)).toBeUndefined();
  });
});
