import { DELIVERY_STATES, type DeliveryState, type SettledState } from '@fanfare/core';
import { startTestRedis } from '@fanfare/testkit';
import { describe, expect, test } from '@jest/globals';
import { listDeadLetters, readOpenUsage, readStates, type Settlement, settleEach } from '../../src/index.ts';
import { APP, becomes, countsOf, isOnOpenList, NOW, planned, settleAll, stateOf, users } from '../support/events.ts';

const SETTLED: SettledState[] = ['accepted', 'token_dead', 'rejected', 'expired', 'superseded'];
const OPEN: DeliveryState[] = ['pending', 'retrying'];

describe('each transition of the states', () => {
  const arrows = OPEN.flatMap((from) => [...SETTLED, 'retrying' as const].map((to) => [from, to] as const));
  test.each(arrows)('%s to %s', async (from, to) => {
    await using own = await startTestRedis();
    const ref = await planned(own.redis, users(2));
    if (from === 'retrying') await settleAll(own.redis, ref, [becomes(0, 'retrying')]);
    expect(await settleAll(own.redis, ref, [becomes(0, to)])).toEqual([from]);
    expect(await readStates(own.redis, ref, [0, 1])).toEqual([to, 'pending']);
    const expected = to === 'retrying' ? { pending: 2 } : { [to]: 1, pending: 1 };
    expect(await countsOf(own.redis, ref)).toEqual({ audience: 2, planned: 2, ...expected });
  });

  const closed = SETTLED.flatMap((from) => [...SETTLED, 'retrying' as const].map((to) => [from, to] as const));
  test('settled stays settled, and changes no count, whatever comes after', async () => {
    await using own = await startTestRedis();
    const ref = await planned(own.redis, users(closed.length + 1));
    await settleAll(
      own.redis,
      ref,
      closed.map(([from], i) => becomes(i, from)),
    );
    const before = await countsOf(own.redis, ref);
    const states = await settleAll(
      own.redis,
      ref,
      closed.map(([, to], i) => becomes(i, to, 'second')),
    );
    expect(states).toEqual(closed.map(([from]) => from));
    expect(
      await readStates(
        own.redis,
        ref,
        closed.map((_, i) => i),
      ),
    ).toEqual(closed.map(([from]) => from));
    expect(await countsOf(own.redis, ref)).toEqual(before);
    const { letters } = await listDeadLetters(own.redis, APP, 1, { limit: 100 });
    expect(letters.filter((letter) => letter.reason === 'second')).toEqual([]);
  });
});

test('many deliveries settle in one call, in any order, and no other changes', async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, users(400));
  const ordinals = Array.from({ length: 400 }, (_, i) => i);
  // 149 and 400 have no common factor: every ordinal once, far from the one before. Without the last twenty.
  const some = ordinals.map((i) => (i * 149) % 400).filter((ordinal) => ordinal % 3 !== 0 && ordinal < 380);
  const stateAfter = (ordinal: number) => SETTLED[ordinal % 5] as SettledState;
  const before = await settleAll(
    own.redis,
    ref,
    some.map((ordinal) => becomes(ordinal, stateAfter(ordinal))),
  );
  expect(before).toEqual(some.map(() => 'pending'));
  const expected = ordinals.map((ordinal) => (some.includes(ordinal) ? stateAfter(ordinal) : 'pending'));
  expect(await readStates(own.redis, ref, ordinals)).toEqual(expected);
  const runs = await settleAll(
    own.redis,
    ref,
    ordinals.map((ordinal) => becomes(ordinal, 'accepted')),
  );
  expect(runs).toEqual(expected);
  expect(await readStates(own.redis, ref, ordinals)).toEqual(
    expected.map((state) => (state === 'pending' ? 'accepted' : state)),
  );
});

test('the stored state numbers never change', () => {
  expect(DELIVERY_STATES.map((name, number) => [number, name])).toEqual([
    [0, 'pending'],
    [1, 'retrying'],
    [2, 'accepted'],
    [3, 'token_dead'],
    [4, 'rejected'],
    [5, 'expired'],
    [6, 'superseded'],
    [7, 'held'],
  ]);
});

test('deliveries settled in one call return their previous states; a repeated one settles once', async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, users(4));
  await settleAll(own.redis, ref, [becomes(1, 'accepted')]);
  const all = [becomes(3, 'expired'), becomes(1, 'expired'), becomes(0, 'token_dead'), becomes(0, 'accepted')];
  expect(await settleAll(own.redis, ref, all)).toEqual(['pending', 'accepted', 'pending', 'token_dead']);
  expect(await countsOf(own.redis, ref)).toEqual({
    audience: 4,
    planned: 4,
    accepted: 1,
    token_dead: 1,
    expired: 1,
    pending: 1,
  });
});

test('settled by twenty workers at once, a delivery counts once', async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, users(1));
  const states: Settlement['state'][] = ['accepted', 'rejected', 'expired', 'retrying'];
  const runs = Array.from({ length: 20 }, (_, i) =>
    settleAll(own.redis, ref, [becomes(0, states[i % 4] ?? 'expired')]),
  );
  const before = (await Promise.all(runs)).flat();
  expect(before.filter((state) => state === 'pending')).toHaveLength(1);
  const { accepted = 0, rejected = 0, expired = 0, pending = 0 } = await countsOf(own.redis, ref);
  expect([accepted + rejected + expired, pending]).toEqual([1, 0]);
});

test('the last settlement, and no earlier one, takes the event off the open list', async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, users(3));
  await settleAll(own.redis, ref, [becomes(0, 'accepted'), becomes(1, 'rejected'), becomes(2, 'retrying')]);
  expect([await isOnOpenList(own.redis, ref), await stateOf(own.redis, ref)]).toEqual([true, 'delivering']);
  await settleAll(own.redis, ref, [becomes(2, 'accepted')]);
  expect([await isOnOpenList(own.redis, ref), await stateOf(own.redis, ref)]).toEqual([false, 'done']);
});

test('settling an expired event returns nothing and leaves no key behind', async () => {
  await using own = await startTestRedis();
  const ref = { key: 'em5x8k2a0zzzzzz', shard: 0 };
  expect(await settleAll(own.redis, ref, [becomes(0, 'accepted'), becomes(1, 'rejected')])).toEqual([]);
  expect(await own.redis.keys('*')).toEqual([]);
  expect(await readStates(own.redis, ref, [0])).toEqual(['pending']);
  expect(await readStates(own.redis, ref, [])).toEqual([]);
});

describe('a rejected delivery', () => {
  test('writes a dead letter with all details, once', async () => {
    await using own = await startTestRedis();
    const ref = await planned(own.redis, users(1));
    const deadLetter = {
      eventId: 'msg-1',
      uid: 'u0',
      provider: 'custom',
      deviceId: 'phone',
      reason: 'attempts_exhausted',
      detail: 'http_503: {"try":"again"}\nlater',
      attempts: 8,
    } as const;
    const rejected: Settlement = { ordinal: 0, provider: 'custom', state: 'rejected', deadLetter };
    await settleAll(own.redis, ref, [rejected], NOW + 5);
    await settleAll(own.redis, ref, [rejected], NOW + 9);
    const { letters } = await listDeadLetters(own.redis, APP, 1, { limit: 10 });
    expect(letters).toEqual([{ ...deadLetter, id: `${ref.key}-0`, at: NOW + 5, ref, ordinal: 0 }]);
  });

  test('drops the oldest letter when there are too many, and its record with it', async () => {
    await using own = await startTestRedis();
    const cap = 10_000;
    const n = cap + 30;
    const ref = await planned(own.redis, users(n));
    for (let from = 0; from < n; from += 1000) {
      const batch = Array.from({ length: Math.min(1000, n - from) }, (_, i) => becomes(from + i, 'rejected'));
      await settleAll(own.redis, ref, batch, NOW + from);
    }
    expect([await own.redis.zcard('{p0}:dl:shop'), await own.redis.hlen(`{p0}:at:${ref.key}`)]).toEqual([cap, cap]);
    expect(await countsOf(own.redis, ref)).toMatchObject({ rejected: n });
    const { letters } = await listDeadLetters(own.redis, APP, 1, { limit: 1 });
    expect(letters[0]?.at).toBe(NOW + 10_000);
  });

  test('removes the letters of expired events from the list', async () => {
    await using own = await startTestRedis();
    const old = await planned(own.redis, users(12), { id: 'old' });
    await settleAll(
      own.redis,
      old,
      users(12).map((_, i) => becomes(i, 'rejected')),
      NOW,
    );
    const ref = await planned(own.redis, users(5), { id: 'new' });
    await own.redis.del(`{p0}:ev:${old.key}`);
    const left = async () => (await listDeadLetters(own.redis, APP, 1, { limit: 100 })).letters.map((it) => it.ref.key);
    for (let ordinal = 0; ordinal < 5; ordinal++)
      await settleAll(own.redis, ref, [becomes(ordinal, 'rejected')], NOW + 1);
    expect(await left()).toEqual(Array(5).fill(ref.key));
    expect(await own.redis.exists(`{p0}:at:${old.key}`)).toBe(0);
  });

  test('leaves a letter that expires with its own event, though the list is kept for another', async () => {
    await using own = await startTestRedis();
    const bulk = await planned(own.redis, users(1), { id: 'bulk', lane: 'bulk' });
    const chat = await planned(own.redis, users(1), { id: 'chat' });
    for (const ref of [bulk, chat]) await settleAll(own.redis, ref, [becomes(0, 'rejected')]);
    const ends = async (what: string) => own.redis.pexpiretime(`{p0}:${what}:${bulk.key}`);
    expect(await ends('at')).toBe(await ends('ev'));
    await own.redis.del(`{p0}:ev:${bulk.key}`, `{p0}:at:${bulk.key}`);
    const { letters } = await listDeadLetters(own.redis, APP, 1, { limit: 100 });
    expect(letters.map((letter) => letter.ref.key)).toEqual([chat.key]);
  });

  test('keeps the list for as long as the longest kept event on it', async () => {
    await using own = await startTestRedis();
    const chat = await planned(own.redis, users(1), { id: 'chat' });
    await settleAll(own.redis, chat, [becomes(0, 'rejected')]);
    const bulk = await planned(own.redis, users(1), { id: 'bulk', lane: 'bulk' });
    await settleAll(own.redis, bulk, [becomes(0, 'rejected')]);
    const until = await own.redis.pexpiretime(`{p0}:ev:${chat.key}`);
    expect(await own.redis.pexpiretime('{p0}:dl:shop')).toBe(until);
  });
});

test('events of two apps settle in one call, each for itself; one that is given twice is done once', async () => {
  await using own = await startTestRedis();
  const { redis } = own;
  const [first, second, open] = [
    await planned(redis, users(2), { id: 'first' }),
    await planned(redis, users(1), { id: 'second' }),
    await planned(redis, users(1), { id: 'open' }),
  ];
  const other = await planned(redis, users(1), { id: 'other', appId: 'bank' });
  const usage = async (appId: string) => (await readOpenUsage(redis, appId, 1)).others;
  const { bytes } = await usage(APP);
  const of = (ref: typeof first, appId: string, ...settlements: Settlement[]) => ({ ref, appId, settlements });
  const batch = [
    of(first, APP, becomes(0, 'accepted')),
    of(other, 'bank', becomes(0, 'rejected')),
    of(second, APP, becomes(0, 'expired')),
    of(first, APP, becomes(0, 'rejected'), becomes(1, 'accepted')),
    of(first, APP, becomes(1, 'accepted')),
    of({ ...first, key: 'gone' }, APP, becomes(0, 'accepted')),
  ];
  expect(await settleEach(redis, batch, NOW)).toEqual([
    ['pending'],
    ['pending'],
    ['pending'],
    ['accepted', 'pending'],
    ['accepted'],
    [],
  ]);
  expect(await countsOf(redis, first)).toEqual({ audience: 2, planned: 2, accepted: 2 });
  expect(await usage('bank')).toMatchObject({ count: 0, bytes: 0 });
  const size = await redis.hstrlen(`{p0}:ev:${open.key}`, 'ev');
  expect(bytes).toBeGreaterThan(size);
  expect(await usage(APP)).toEqual({ count: 1, bytes: size });
});
