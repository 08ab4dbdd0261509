import { startTestRedis, usedMemory } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { Producer } from '../src/index.ts';
import { delivery, idOf } from './support/worker.ts';

const WAIT = '{p0}:deliveries-custom-chat:wait';

test('what a full Redis refuses throws; no batch is added in part, and the same call completes it later', async () => {
  await using own = await startTestRedis({ oneServer: 'the limit is for the memory of one' });
  const producer = new Producer(own.redis);
  await producer.addDeliveries(0, 'custom', 'chat', [delivery(0)]);
  await own.redis.config('SET', 'maxmemory', (await usedMemory(own.redis)) + 200_000);
  const many = Array.from({ length: 3000 }, (_, ordinal) => delivery(ordinal));
  await expect(producer.addDeliveries(0, 'custom', 'chat', many)).rejects.toThrow('OOM');
  expect((await own.redis.llen(WAIT)) % 500).toBe(0);
  await own.redis.config('SET', 'maxmemory', 0);
  await producer.addDeliveries(0, 'custom', 'chat', many);
  const waiting = await own.redis.lrange(WAIT, 0, -1);
  expect(waiting).toHaveLength(3000);
  expect(new Set(waiting)).toEqual(new Set(many.map((job) => idOf(job.ordinal))));
});
