import { startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import {
  dropDeadLetter,
  type FoundDeadLetter,
  findDeadLetters,
  listDeadLetters,
  readAttempts,
  readLoad,
  readReplayDeadlines,
  readStates,
  reopen,
  sweepOnAt,
  sweptUntil,
} from '../../src/index.ts';
import {
  APP,
  becomes,
  countsOf,
  HOUR,
  isOnOpenList,
  NOW,
  nextLook,
  planned,
  settleAll,
  stateOf,
  users,
} from '../support/events.ts';

const WHEN = { now: NOW, deadline: NOW + HOUR, sweepAt: NOW + 15_000 };
const loadOf = async (redis: Redis) => (await readLoad(redis, APP, ['custom'], 1)).get('custom');

/** An event with two deliveries, one accepted and one rejected, and the rejected one's letter. */
async function oneRejected(redis: Redis) {
  const ref = await planned(redis, users(2));
  await settleAll(redis, ref, [becomes(0, 'accepted'), becomes(1, 'rejected')]);
  const [letter] = (await listDeadLetters(redis, APP, 1, { limit: 1 })).letters;
  return { ref, letter: letter as FoundDeadLetter };
}

test('a reopened delivery is open outside of its pack, its deadline stored, and its event open and swept', async () => {
  await using own = await startTestRedis();
  const { ref, letter } = await oneRejected(own.redis);
  expect([await stateOf(own.redis, ref), await isOnOpenList(own.redis, ref), await loadOf(own.redis)]).toEqual([
    'done',
    false,
    0,
  ]);
  expect(await reopen(own.redis, APP, letter, WHEN)).toBe(true);
  expect(await readStates(own.redis, ref, [0, 1])).toEqual(['accepted', 'retrying']);
  expect(await countsOf(own.redis, ref)).toEqual({ audience: 2, planned: 2, accepted: 1, pending: 1 });
  expect(await loadOf(own.redis)).toBe(1);
  expect(await stateOf(own.redis, ref)).toBe('delivering');
  expect(await nextLook(own.redis, ref)).toBe(WHEN.sweepAt);
  expect(await readReplayDeadlines(own.redis, ref, [0, 1])).toEqual(new Map([[1, WHEN.deadline]]));
  expect(await readReplayDeadlines(own.redis, ref, [])).toEqual(new Map());
  expect(await readAttempts(own.redis, ref, 1)).toEqual([]);
  expect((await listDeadLetters(own.redis, APP, 1, { limit: 1 })).letters).toEqual([]);
});

test('a finished event is checked from its first slice when it is reopened, an open one goes on', async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, users(3));
  await settleAll(own.redis, ref, [becomes(0, 'rejected'), becomes(1, 'rejected')]);
  await sweepOnAt(own.redis, ref, 7, NOW);
  await settleAll(own.redis, ref, [becomes(2, 'accepted')]);
  const [one, other] = (await listDeadLetters(own.redis, APP, 1, { limit: 2 })).letters as FoundDeadLetter[];
  expect(await reopen(own.redis, APP, one as FoundDeadLetter, WHEN)).toBe(true);
  expect(await sweptUntil(own.redis, ref)).toBe(0);
  await sweepOnAt(own.redis, ref, 7, NOW);
  expect(await reopen(own.redis, APP, other as FoundDeadLetter, WHEN)).toBe(true);
  expect(await sweptUntil(own.redis, ref)).toBe(7);
});

test('happens once: of twenty concurrent replays one reopens it', async () => {
  await using own = await startTestRedis();
  const { ref, letter } = await oneRejected(own.redis);
  const replays = await Promise.all(Array.from({ length: 20 }, () => reopen(own.redis, APP, letter, WHEN)));
  expect(replays.filter(Boolean)).toHaveLength(1);
  expect(await countsOf(own.redis, ref)).toMatchObject({ pending: 1 });
  expect(await loadOf(own.redis)).toBe(1);
});

test('a reopened delivery can be settled again, rejected again, and reopened again', async () => {
  await using own = await startTestRedis();
  const { ref, letter } = await oneRejected(own.redis);
  await reopen(own.redis, APP, letter, WHEN);
  await settleAll(own.redis, ref, [becomes(1, 'rejected', 'http_404')], NOW + 1000);
  expect(await countsOf(own.redis, ref)).toEqual({ audience: 2, planned: 2, accepted: 1, rejected: 1 });
  const again = (await listDeadLetters(own.redis, APP, 1, { limit: 10 })).letters;
  expect(again).toMatchObject([{ id: letter.id, reason: 'http_404', at: NOW + 1000 }]);
  await reopen(own.redis, APP, again[0] as FoundDeadLetter, { ...WHEN, deadline: NOW + 2 * HOUR });
  expect(await readReplayDeadlines(own.redis, ref, [1])).toEqual(new Map([[1, NOW + 2 * HOUR]]));
  await settleAll(own.redis, ref, [becomes(1, 'accepted')]);
  expect(await countsOf(own.redis, ref)).toEqual({ audience: 2, planned: 2, accepted: 2 });
  expect([await stateOf(own.redis, ref), await isOnOpenList(own.redis, ref), await loadOf(own.redis)]).toEqual([
    'done',
    false,
    0,
  ]);
});

test('the letter of an expired event is removed, and nothing is reopened or left behind', async () => {
  await using own = await startTestRedis();
  const { ref, letter } = await oneRejected(own.redis);
  const gone = ['ev', 'st', 'plan'].map((what) => `{p0}:${what}:${ref.key}`);
  await own.redis.del(...gone);
  expect(await reopen(own.redis, APP, letter, WHEN)).toBe(false);
  expect((await listDeadLetters(own.redis, APP, 1, { limit: 1 })).letters).toEqual([]);
  expect(await own.redis.exists('{p0}:open-looks:chat:shop', `{p0}:at:${ref.key}`, ...gone)).toBe(0);
  expect(await loadOf(own.redis)).toBe(0);
});

test('a letter is dropped once; its delivery stays rejected', async () => {
  await using own = await startTestRedis();
  const { ref, letter } = await oneRejected(own.redis);
  expect(await dropDeadLetter(own.redis, APP, letter)).toBe(true);
  expect(await dropDeadLetter(own.redis, APP, letter)).toBe(false);
  expect(await own.redis.exists('{p0}:dl:shop', `{p0}:at:${ref.key}`)).toBe(0);
  expect(await countsOf(own.redis, ref)).toEqual({ audience: 2, planned: 2, accepted: 1, rejected: 1 });
});

test('a letter is dismissed or reopened, not both, even by two at the same time', async () => {
  await using own = await startTestRedis();
  const { ref, letter } = await oneRejected(own.redis);
  const both = await Promise.all([dropDeadLetter(own.redis, APP, letter), reopen(own.redis, APP, letter, WHEN)]);
  expect(both).toEqual([true, false]);
  expect(await countsOf(own.redis, ref)).toEqual({ audience: 2, planned: 2, accepted: 1, rejected: 1 });
  expect([await stateOf(own.redis, ref), await loadOf(own.redis)]).toEqual(['done', 0]);
});

test('letters are found by id, in the order asked, over all shards; unknown ids are omitted', async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, users(3));
  await settleAll(
    own.redis,
    ref,
    [0, 1, 2].map((ordinal) => becomes(ordinal, 'rejected')),
  );
  const id = (ordinal: number) => `${ref.key}-${ordinal}`;
  const ids = [id(2), 'nonsense', id(0), id(7), ''];
  for (const shards of [1, 3]) {
    const found = await findDeadLetters(own.redis, APP, shards, ids);
    expect(found.map(({ ordinal, uid }) => [ordinal, uid])).toEqual([
      [2, 'u2'],
      [0, 'u0'],
    ]);
  }
  expect(await findDeadLetters(own.redis, 'bank', 1, ids)).toEqual([]);
  expect(await findDeadLetters(own.redis, APP, 1, [])).toEqual([]);
});
