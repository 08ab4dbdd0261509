import { setTimeout } from 'node:timers/promises';
import { LANES } from '@fanfare/core';
import { connectRedis, MAX_SHARDS } from '@fanfare/redis';
import { startTestCluster, startTestRedis, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { Producer, type Step, DeliveryJob as schema, work, workTogether } from '../src/index.ts';
import { delivery } from './support/worker.ts';

const PROVIDERS = ['fcm', 'apns', 'custom'] as const;

/** What a sender does, without the sending: all its queues on this many shards. */
function serve(redis: Redis, shards: number, handle: (at: string) => Step) {
  const errors: Error[] = [];
  const onError = (error: Error) => void errors.push(error);
  const workers = workTogether(redis, { queues: 9, shards, onError }, (shard, shared) =>
    PROVIDERS.flatMap((provider) =>
      LANES.map((lane) =>
        work({
          redis,
          shared,
          kind: `deliveries-${provider}`,
          lane,
          shard,
          concurrency: 2,
          schema,
          handle: async ({ data }) => handle(`${shard} ${provider} ${lane} ${data.ordinal}`),
          onError,
        }),
      ),
    ),
  );
  return { ...workers, errors };
}

const connectionsOf = async (server: Redis): Promise<number> =>
  String(await server.client('LIST'))
    .trim()
    .split('\n').length;

test('a process on 64 shards takes jobs from each of them on a few connections', async () => {
  await using own = await startTestRedis();
  const before = await connectionsOf(own.redis);
  const redis = await connectRedis(own.url, 'worker', () => {});
  const producer = new Producer(own.redis);
  const done = new Set<string>();
  const workers = serve(redis, MAX_SHARDS, (at) => {
    done.add(at);
    return { do: 'done' };
  });
  const jobs = [delivery(1), { ...delivery(2), delayMs: 50 }];
  const shards = Array.from({ length: MAX_SHARDS }, (_, shard) => shard);
  await Promise.all(
    shards.flatMap((shard) => PROVIDERS.map((provider) => producer.addDeliveries(shard, provider, 'call', jobs))),
  );
  await until(() => done.size === MAX_SHARDS * 3 * 2, 'all are taken', { timeoutMs: 45_000 });
  expect((await connectionsOf(own.redis)) - before).toBeLessThanOrEqual(4);
  await workers.close(1000);
  expect(workers.errors).toEqual([]);
  await producer.close();
  redis.disconnect();
}, 60_000);

test('on a cluster as well', async () => {
  await using cluster = await startTestCluster();
  const count = async () => {
    const all = await Promise.all(cluster.nodes.map(({ redis }) => connectionsOf(redis)));
    return all.reduce((sum, one) => sum + one, 0);
  };
  const before = await count();
  const redis = await connectRedis(cluster.url, 'worker', () => {});
  const producer = new Producer(redis);
  const done = new Set<string>();
  const workers = serve(redis, MAX_SHARDS, (at) => {
    done.add(at);
    return { do: 'done' };
  });
  for (let shard = 0; shard < MAX_SHARDS; shard++) await producer.addDeliveries(shard, 'fcm', 'chat', [delivery(1)]);
  await until(() => done.size === MAX_SHARDS, 'all are taken');
  expect((await count()) - before).toBeLessThanOrEqual(12);
  await workers.close(1000);
  await producer.close();
  redis.disconnect();
}, 60_000);

test('shards that are no longer served take no job, and are taken up again', async () => {
  await using own = await startTestRedis();
  const redis = await connectRedis(own.url, 'worker', () => {});
  const producer = new Producer(own.redis);
  const done: string[] = [];
  const workers = serve(redis, 4, (at) => {
    done.push(at);
    return { do: 'done' };
  });
  workers.serve([0]);
  for (const shard of [3, 0]) await producer.addDeliveries(shard, 'fcm', 'chat', [delivery(shard)]);
  await until(() => done.length > 0, 'the served one is taken');
  expect(done).toEqual(['0 fcm chat 0']);
  workers.serve([0, 3]);
  await until(() => done.length === 2, 'the other is taken');
  await workers.close(1000);
  await producer.close();
  redis.disconnect();
});

test('a shard that is to be served while all close is left to others', async () => {
  await using own = await startTestRedis();
  const redis = await connectRedis(own.url, 'worker', () => {});
  const producer = new Producer(own.redis);
  const done: string[] = [];
  const workers = serve(redis, 1, (at) => {
    done.push(at);
    return { do: 'done' };
  });
  await producer.addDeliveries(0, 'fcm', 'chat', [delivery(1)]);
  await until(() => done.length > 0, 'it works');
  const closed = workers.close(1000);
  workers.serve([0, 1]);
  await closed;
  for (const shard of [0, 1]) await producer.addDeliveries(shard, 'fcm', 'chat', [delivery(2)]);
  await setTimeout(500);
  expect(done).toEqual(['0 fcm chat 1']);
  await producer.close();
  redis.disconnect();
});
