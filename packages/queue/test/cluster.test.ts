import { createServer } from 'node:net';
import { startTestRedis, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { Producer } from '../src/index.ts';
import { delivery, EVENT, idOf, startWorker } from './support/worker.ts';

/** A port that is free now, for the cluster bus. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

test('a server in cluster mode, which refuses cross-slot commands, accepts all operations on a shard', async () => {
  const args = ['--cluster-enabled', 'yes', '--cluster-port', String(await freePort())];
  await using own = await startTestRedis({ args });
  await own.redis.cluster('ADDSLOTSRANGE', 0, 16_383);
  await until(async () => (await own.redis.cluster('INFO')).includes('cluster_state:ok'), 'the cluster is up');
  const producer = new Producer(own.redis);
  for (const shard of [0, 1]) {
    await producer.addEvents(shard, 'chat', [EVENT]);
    await producer.addDeliveries(shard, 'custom', 'chat', [1, 2, 3].map(delivery));
    await producer.remove('deliveries-custom', 'chat', shard, idOf(3));
    const presence = await producer.presence('deliveries-custom', 'chat', shard, [1, 2, 3].map(idOf));
    expect(presence).toEqual(['present', 'present', 'missing']);
    await using worker = startWorker(
      own.redis,
      ({ data, startedBefore }) =>
        startedBefore ? { do: 'done' } : { do: data.ordinal === 1 ? 'wait' : 'retry', delayMs: 1 },
      { shard },
    );
    const waiting = async () => producer.depth('deliveries-custom', 'chat', shard, Date.now());
    await until(async () => worker.jobs.length === 4 && (await waiting()).active === 0, 'all are over');
    expect(worker.errors).toEqual([]);
  }
});
