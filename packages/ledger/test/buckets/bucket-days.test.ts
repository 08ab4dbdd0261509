import { newEventKey } from '@fanfare/core';
import { startTestRedis } from '@fanfare/testkit';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { BUCKET_NAMES, bucketOf } from '../../src/buckets/bucket.ts';
import {
  acceptEvent,
  dayOf,
  dropBucketDay,
  findEvent,
  findMessage,
  findReaction,
  oldestOpen,
  readBucketDays,
  recordMessages,
  recordReactions,
} from '../../src/index.ts';
import { APP, accepted, becomes, HOUR, NOW, planned, reached, settleAll } from '../support/events.ts';

const DAY = 24 * HOUR;
const TODAY = dayOf(NOW);

/** An event that an app received so many days ago, with the references of its message and of a reaction. */
async function receive(redis: Redis, days: number, { appId = APP, shards = 1 } = {}): Promise<string> {
  const [id, receivedAt] = [`e${days}`, NOW - days * DAY];
  const ref = await acceptEvent(redis, accepted({ id, appId, receivedAt, to: `u${days}` }), { shards });
  const reference = { messageId: id, author: 'ann', conversation: { type: 'user', id: 'bob' } as const, ref };
  await recordMessages(redis, appId, [reference], 7 * DAY);
  await recordReactions(redis, appId, [{ ...reference, reactionId: id, reactor: 'bob' }], 7 * DAY);
  return id;
}

/** What is found by an id: event, message, reaction. */
const found = async (redis: Redis, id: string, appId = APP) =>
  (await Promise.all([findEvent, findMessage, findReaction].map((find) => find(redis, appId, id)))).map(Boolean);

test('every id is in a bucket with one of 4,096 names', () => {
  expect(new Set(BUCKET_NAMES).size).toBe(4096);
  const names = new Set(BUCKET_NAMES);
  fc.assert(fc.property(fc.string(), (id) => names.has(bucketOf(id).name)));
});

describe('days of an app', () => {
  test('are listed once they have buckets, the oldest first, up to the day asked for', async () => {
    await using own = await startTestRedis();
    for (const days of [2, 4, 3, 4, 0]) await receive(own.redis, days);
    await receive(own.redis, 3, { appId: 'bank' });
    const days = await readBucketDays(own.redis, 1, NOW - 2 * DAY);
    expect(days.map(({ day }) => TODAY - day)).toEqual([4, 3, 3, 2]);
    expect(days).toContainEqual({ appId: 'bank', day: TODAY - 3 });
  });

  test('leave with all ids, locations and references, of all shards; other days and apps stay', async () => {
    await using own = await startTestRedis();
    const old = await receive(own.redis, 3, { shards: 4 });
    const recent = await receive(own.redis, 2, { shards: 4 });
    await receive(own.redis, 3, { appId: 'bank', shards: 4 });
    await dropBucketDay(own.redis, { appId: APP, day: TODAY - 3 }, 4);
    expect(await found(own.redis, old)).toEqual([false, false, false]);
    expect(await found(own.redis, recent)).toEqual([true, true, true]);
    expect(await found(own.redis, old, 'bank')).toEqual([true, true, true]);
    expect((await own.redis.keys(`*${APP}*:${TODAY - 3}`)).filter((key) => !key.includes('bank'))).toEqual([]);
    expect(await readBucketDays(own.redis, 4, NOW - 3 * DAY)).toEqual([{ appId: 'bank', day: TODAY - 3 }]);
  });

  test('are off the list when their buckets have expired', async () => {
    await using own = await startTestRedis();
    await own.redis.zadd('{p0}:id-days', TODAY - 9, `${TODAY - 9}:${APP}`);
    await receive(own.redis, 0);
    expect(await readBucketDays(own.redis, 1, NOW)).toEqual([{ appId: APP, day: TODAY }]);
  });
});

test('the oldest open event of an app is the first received, calls included, done ones not', async () => {
  await using own = await startTestRedis();
  const at = (hours: number) => {
    const receivedAt = NOW - hours * HOUR;
    return { id: `e${hours}`, receivedAt, key: newEventKey(receivedAt, Math.random) };
  };
  expect(await oldestOpen(own.redis, APP, 1)).toBe(Number.POSITIVE_INFINITY);
  const done = await planned(own.redis, [reached('bob')], at(60));
  await settleAll(own.redis, done, [becomes(0, 'accepted')]);
  await acceptEvent(own.redis, accepted(at(1)), { shards: 1 });
  await acceptEvent(own.redis, accepted(at(3)), { shards: 1, retentionMs: 100 * HOUR });
  expect(await oldestOpen(own.redis, APP, 1)).toBe(NOW - 3 * HOUR);
  await acceptEvent(own.redis, accepted({ ...at(4), lane: 'call' }), { shards: 1 });
  expect(await oldestOpen(own.redis, APP, 1)).toBe(NOW - 4 * HOUR);
});
