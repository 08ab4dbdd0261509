import { connectRedis, shardTag } from '@fanfare/redis';
import { startTestCluster, startTestRedis, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { Queue } from 'bullmq';
import { Producer, pauseLane, readPauses, resumeLane } from '../src/index.ts';
import { delivery, EVENT, gate, startWorker } from './support/worker.ts';

const CHAT = { lane: 'chat', shards: 2 } as const;

test('a paused lane finishes what is in hand and takes nothing until it is resumed; others go on', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  const wait = gate();
  await using chat = startWorker(own.redis, async ({ data }) => {
    if (data.ordinal === 1) await wait.opened;
    return { do: 'done' };
  });
  await using call = startWorker(own.redis, () => ({ do: 'done' }), { lane: 'call' });
  await producer.addDeliveries(0, 'custom', 'chat', [delivery(1)]);
  await until(() => chat.jobs.length === 1, 'one is in hand');
  await pauseLane(own.redis, CHAT, 1000.4);
  await pauseLane(own.redis, CHAT, 2000);
  expect(await readPauses(own.redis, 2)).toEqual({ chat: 1000 });
  wait.open();
  const ofChat = () => producer.depth('deliveries-custom', 'chat', 0, Date.now());
  await until(async () => (await ofChat()).active === 0, 'it is finished');
  await producer.addDeliveries(0, 'custom', 'chat', [delivery(2), { ...delivery(3), rank: 5 }]);
  await producer.addDeliveries(0, 'custom', 'call', [delivery(2)]);
  await until(() => call.jobs.length === 1, 'the other lane goes on');
  expect(await ofChat()).toMatchObject({ waiting: 2, active: 0 });
  expect(chat.jobs).toHaveLength(1);
  await resumeLane(own.redis, CHAT);
  await until(() => chat.jobs.length === 3, 'the rest is taken');
  expect(await readPauses(own.redis, 2)).toEqual({});
  expect([chat.errors, call.errors]).toEqual([[], []]);
});

test('BullMQ sees the pause, and one that failed half-way is shown and can be repeated or undone', async () => {
  await using own = await startTestRedis();
  const queue = new Queue('events-bulk', { connection: own.redis, prefix: shardTag(1), skipMetasUpdate: true });
  await pauseLane(own.redis, { lane: 'bulk', shards: 2 }, 5);
  expect(await queue.isPaused()).toBe(true);
  await own.redis.hdel(`${shardTag(1)}:events-bulk:meta`, 'paused');
  expect(await readPauses(own.redis, 2)).toEqual({ bulk: 5 });
  await pauseLane(own.redis, { lane: 'bulk', shards: 2 }, 7);
  expect(await queue.isPaused()).toBe(true);
  expect(await readPauses(own.redis, 2)).toEqual({ bulk: 5 });
  await resumeLane(own.redis, { lane: 'bulk', shards: 2 });
  await resumeLane(own.redis, { lane: 'bulk', shards: 2 });
  expect(await readPauses(own.redis, 2)).toEqual({});
  expect(await queue.isPaused()).toBe(false);
  await queue.close();
});

test('a lane on the nodes of a cluster is paused and resumed', async () => {
  await using cluster = await startTestCluster();
  const redis = await connectRedis(cluster.url, 'worker', () => {});
  const producer = new Producer(redis);
  const shards = [0, 1, 2, 3];
  await pauseLane(redis, { lane: 'chat', shards: shards.length }, 9);
  expect(await readPauses(redis, shards.length)).toEqual({ chat: 9 });
  for (const shard of shards) await producer.addEvents(shard, 'chat', [{ key: EVENT }]);
  await resumeLane(redis, { lane: 'chat', shards: shards.length });
  expect(await readPauses(redis, shards.length)).toEqual({});
  redis.disconnect();
});
