import type { EventRef } from '@fanfare/core';
import { startTestRedis, type TestRedis } from '@fanfare/testkit';
import { describe, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import {
  acceptEvent,
  advance,
  FencedError,
  findPlanned,
  listDeadLetters,
  packFinished,
  planSlice,
  readCursor,
  readEvent,
  readEventStates,
  readKept,
  readProgress,
  readReached,
  readSlice,
  readStates,
  readUnarchived,
  reopen,
} from '../../src/index.ts';
import {
  APP,
  accepted,
  becomes,
  dyingAt,
  left,
  lockOf,
  NOW,
  planned,
  reached,
  settleAll,
  slice,
} from '../support/events.ts';

const LATER = NOW + 60_000;

/** A message to two users and a third who is not notified, all settled. */
async function finished({ redis }: TestRedis): Promise<EventRef> {
  const ref = await planned(redis, [reached('bob'), left('cara', 'DND_PREFERENCE'), reached('dan')]);
  await settleAll(redis, ref, [becomes(0, 'accepted'), becomes(1, 'superseded')]);
  return ref;
}

const packAll = ({ redis }: TestRedis) => packFinished(redis, 0, LATER, 100);

/** Everything that is asked about an event later. */
const answers = async ({ redis }: TestRedis, ref: EventRef) => ({
  event: await readEvent(redis, ref),
  progress: await readProgress(redis, ref),
  state: await readEventStates(redis, [ref]),
  cursor: { ...(await readCursor(redis, ref)), admission: undefined },
  slice: await readSlice(redis, ref, 0),
  bob: await findPlanned(redis, ref, 'bob'),
  cara: await findPlanned(redis, ref, 'cara'),
  eve: await findPlanned(redis, ref, 'eve'),
  reached: await readReached(redis, ref, 0, ['superseded']),
  beyond: await readReached(redis, ref, 1),
  states: await readStates(redis, ref, [1, 0]),
});

test('a packed event answers as before, in one small key', async () => {
  await using own = await startTestRedis();
  const ref = await finished(own);
  const before = await answers(own, ref);
  expect(before.bob?.deliveries).toHaveLength(1);
  expect(await packAll(own)).toBe(1);
  expect(await answers(own, ref)).toEqual(before);
  expect(await own.redis.exists(`{p0}:plan:${ref.key}`, `{p0}:st:${ref.key}`)).toBe(0);
  expect(await own.redis.object('ENCODING', `{p0}:ev:${ref.key}`)).toBe('listpack');
  expect(await own.redis.memory('USAGE', `{p0}:ev:${ref.key}`)).toBeLessThan(500);
  expect(await own.redis.pttl(`{p0}:ev:${ref.key}`)).toBeGreaterThan(6 * 24 * 3_600_000);
});

test('an event is packed once, some seconds after it finished, and not before', async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, [reached('bob')]);
  expect(await packAll(own)).toBe(0);
  await settleAll(own.redis, ref, [becomes(0, 'accepted')]);
  expect(await packFinished(own.redis, 0, NOW, 100)).toBe(0);
  expect(await packAll(own)).toBe(1);
  expect(await packAll(own)).toBe(0);
});

test('what comes late changes nothing', async () => {
  await using own = await startTestRedis();
  const ref = await finished(own);
  await packAll(own);
  const before = await answers(own, ref);
  expect(await settleAll(own.redis, ref, [becomes(0, 'expired')])).toEqual([]);
  await expect(planSlice(own.redis, ref, APP, 1, slice([reached('eve')]))).rejects.toThrow(FencedError);
  const late = advance(own.redis, ref, await lockOf(own.redis, ref), 0, slice([reached('bob')]));
  await expect(late).rejects.toThrow(FencedError);
  expect(await answers(own, ref)).toEqual(before);
});

test('a repeat of a packed event is a duplicate', async () => {
  await using own = await startTestRedis();
  const ref = await finished(own);
  await packAll(own);
  expect(await acceptEvent(own.redis, accepted(), { shards: 1 })).toEqual({ ...ref, duplicate: true });
});

test('an event with a dead letter is left for its replay, and packed after it', async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, [reached('bob')]);
  await settleAll(own.redis, ref, [becomes(0, 'rejected')]);
  await packAll(own);
  const [letter] = (await listDeadLetters(own.redis, APP, 1, { limit: 1 })).letters;
  if (!letter) throw new Error('no dead letter');
  const when = { now: NOW, deadline: LATER, sweepAt: LATER };
  expect(await reopen(own.redis, APP, letter, when)).toBe(true);
  await settleAll(own.redis, ref, [becomes(0, 'accepted')]);
  const before = await answers(own, ref);
  expect(await packAll(own)).toBe(1);
  expect(await answers(own, ref)).toEqual(before);
  expect(await own.redis.object('ENCODING', `{p0}:ev:${ref.key}`)).toBe('listpack');
});

test('the plan of a large group stays where it is', async () => {
  await using own = await startTestRedis();
  const ref = await acceptEvent(own.redis, accepted({ lane: 'bulk' }), { shards: 1 });
  const lock = await lockOf(own.redis, ref);
  for (const [number, uid] of ['bob', 'dan'].entries()) {
    const one = slice([reached(uid)], { first: number, last: uid === 'dan' });
    await planSlice(own.redis, ref, APP, number, one);
    await advance(own.redis, ref, lock, number, one);
  }
  await settleAll(own.redis, ref, [becomes(0, 'accepted'), becomes(1, 'accepted')]);
  const before = await answers(own, ref);
  expect(await packAll(own)).toBe(1);
  expect(await answers(own, ref)).toEqual(before);
  expect(await own.redis.hlen(`{p0}:plan:${ref.key}`)).toBe(2);
});

describe('a sweeper that is killed', () => {
  const AGAIN = LATER + 2 * 60_000;
  const packWithArchive = (redis: Redis, now: number) => packFinished(redis, 0, now, 100, { archive: true });

  test.each([
    ['before it has read the events', 2],
    ['before it has packed them', 3],
    ['before it has listed them', 4],
  ])('%s leaves them to the next, which packs and lists them once', async (_, nth) => {
    await using own = await startTestRedis();
    const ref = await finished(own);
    await expect(packWithArchive(dyingAt(own.redis, nth), LATER)).rejects.toThrow('killed');
    expect(await packWithArchive(own.redis, LATER + 1)).toBe(0);
    expect(await packWithArchive(own.redis, AGAIN)).toBe(1);
    expect(await packWithArchive(own.redis, AGAIN + AGAIN - LATER)).toBe(0);
    expect(await own.redis.object('ENCODING', `{p0}:ev:${ref.key}`)).toBe('listpack');
    expect(await readKept(own.redis, 0)).toMatchObject([{ appId: APP, kind: 'chat', events: 1 }]);
    expect(await readUnarchived(own.redis, 0, 10)).toEqual([{ ...ref, doneAt: NOW }]);
  });

  test('before it has listed an event that finishes again lists it no longer', async () => {
    await using own = await startTestRedis();
    const ref = await planned(own.redis, [reached('bob')]);
    await settleAll(own.redis, ref, [becomes(0, 'rejected')]);
    await expect(packWithArchive(dyingAt(own.redis, 3), LATER)).rejects.toThrow('killed');
    const [letter] = (await listDeadLetters(own.redis, APP, 1, { limit: 1 })).letters;
    if (!letter) throw new Error('no dead letter');
    await reopen(own.redis, APP, letter, { now: LATER, deadline: AGAIN, sweepAt: AGAIN });
    expect(await packWithArchive(own.redis, AGAIN)).toBe(1);
    expect([await readKept(own.redis, 0), await readUnarchived(own.redis, 0, 10)]).toEqual([[], []]);
    await settleAll(own.redis, ref, [becomes(0, 'accepted')], AGAIN);
    expect(await packWithArchive(own.redis, AGAIN + 60_000)).toBe(1);
    expect(await readUnarchived(own.redis, 0, 10)).toEqual([{ ...ref, doneAt: AGAIN }]);
  });
});

test('an event that has expired before it was packed is listed for the archive, which counts it as lost', async () => {
  await using own = await startTestRedis();
  const ref = await finished(own);
  await own.redis.del(`{p0}:ev:${ref.key}`);
  expect(await packFinished(own.redis, 0, LATER, 100, { archive: true })).toBe(1);
  expect(await readKept(own.redis, 0)).toEqual([]);
  expect(await readUnarchived(own.redis, 0, 10)).toEqual([{ ...ref, doneAt: NOW }]);
});

test.each([true, false])('events are packed and listed by a full Redis; with an archive: %s', async (archive) => {
  await using own = await startTestRedis();
  const ref = await finished(own);
  await own.redis.config('SET', 'maxmemory', '1');
  expect(await packFinished(own.redis, 0, LATER, 100, { archive })).toBe(1);
  expect(await own.redis.object('ENCODING', `{p0}:ev:${ref.key}`)).toBe('listpack');
  expect(await readKept(own.redis, 0)).toMatchObject([{ kind: 'chat', events: 1 }]);
  expect(await readUnarchived(own.redis, 0, 10)).toHaveLength(archive ? 1 : 0);
});
