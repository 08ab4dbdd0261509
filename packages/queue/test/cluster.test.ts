import { connectRedis } from '@fanfare/redis';
import { startTestCluster, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { Producer } from '../src/index.ts';
import { delivery, EVENT, idOf, startWorker } from './support/worker.ts';

test('a cluster of three accepts all operations on shards on different nodes', async () => {
  await using cluster = await startTestCluster();
  const redis = await connectRedis(cluster.url, 'worker', () => {});
  const producer = new Producer(redis);
  for (const shard of [0, 1, 2, 3]) {
    await producer.addEvents(shard, 'chat', [{ key: EVENT }]);
    await producer.addDeliveries(shard, 'custom', 'chat', [1, 2, 3].map(delivery));
    await producer.remove('deliveries-custom', 'chat', shard, idOf(3));
    const presence = await producer.presence('deliveries-custom', 'chat', shard, [1, 2, 3].map(idOf));
    expect(presence).toEqual(['present', 'present', 'missing']);
    await using worker = startWorker(
      redis,
      ({ data, startedBefore }) =>
        startedBefore ? { do: 'done' } : { do: data.ordinal === 1 ? 'wait' : 'retry', delayMs: 1 },
      { shard },
    );
    const waiting = async () => producer.depth('deliveries-custom', 'chat', shard, Date.now());
    await until(async () => worker.jobs.length === 4 && (await waiting()).active === 0, 'all are over');
    expect(worker.errors).toEqual([]);
  }
  redis.disconnect();
});
