import type { EventRef } from '@fanfare/core';
import { shardTag } from '@fanfare/redis';
import { startTestRedis } from '@fanfare/testkit';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { acceptEvents, advance, followShards, isLoaded, planSlice } from '../../src/index.ts';
import { APP, accepted, lockOf, NOW, slice, users } from '../support/events.ts';

const own = await startTestRedis({ args: ['--appendonly', 'no'] });
const { redis } = own;
afterAll(() => own[Symbol.asyncDispose]());
beforeEach(() => redis.flushall());

/** Notes the number of shards as ingest does. */
async function useShards(wanted: number): Promise<void> {
  const onError = (error: Error) => {
    throw error;
  };
  const shards = await followShards({ redis, wanted, places: true, now: Date.now, onError });
  shards.close();
}

/** Events of one app for so many conversations. */
const messages = (count: number) => Array.from({ length: count }, (_, i) => accepted({ id: `e${i}`, to: `user-${i}` }));

/** The sum over all shards of what a hash counts. */
async function sumOf(name: string, shards: number): Promise<number> {
  const perShard = await Promise.all(
    Array.from({ length: shards }, (_, shard) => redis.hvals(`${shardTag(shard)}:${name}`)),
  );
  return perShard.flat().reduce((sum, count) => sum + Number(count), 0);
}

const acceptAll = (count: number, shards: number) =>
  acceptEvents(
    redis,
    messages(count).map((each) => ({ accepted: each })),
    shards,
  );

/** Plans events for twenty recipients each while their app may have more ready; the deliveries that are ready then. */
async function planAll(count: number, shards: number): Promise<number> {
  for (const ref of (await acceptAll(count, shards)) as EventRef[]) {
    if (await isLoaded(redis, ref)) continue;
    const all = slice(users(20));
    await planSlice(redis, ref, APP, 0, all);
    await advance(redis, ref, await lockOf(redis, ref), 0, all, NOW);
  }
  return sumOf('load:chat', shards);
}

test.each([1, 4, 8])('on %i shards an app has 64 events admitted, and the others wait', async (shards) => {
  await useShards(shards);
  await acceptAll(400, shards);
  expect(await sumOf('adm:chat', shards)).toBe(64);
});

test.each([1, 4, 8])('on %i shards an app has 800 deliveries of chat ready', async (shards) => {
  await useShards(shards);
  expect(await planAll(160, shards)).toBe(800);
});

test.each([
  [1, 2000],
  [4, 500],
  [5, 500],
  [64, 500],
])('on %i shards an app has %i deliveries of bulk ready in each', async (shards, most) => {
  await useShards(shards);
  const [ref] = (await acceptEvents(redis, [{ accepted: accepted({ lane: 'bulk' }) }], 1)) as EventRef[];
  const isFullWith = async (ready: number) => {
    await redis.hset('{p0}:load:bulk', `${APP}|fcm`, ready);
    return isLoaded(redis, ref as EventRef);
  };
  expect([await isFullWith(most - 1), await isFullWith(most)]).toEqual([false, true]);
});

test('after lowering, shards that only empty themselves keep the part they had', async () => {
  await useShards(8);
  await useShards(1);
  expect(await redis.mget(`${shardTag(0)}:shards`, `${shardTag(7)}:shards`)).toEqual(['1', '8']);
});

test('a shard never has less than four events of an app, however many shards there are', async () => {
  await useShards(64);
  await acceptAll(1500, 64);
  expect(await sumOf('adm:chat', 64)).toBe(4 * 64);
});
