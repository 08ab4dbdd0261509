import { createRequire } from 'node:module';
import { startTestRedis, type TestRedis, usedMemory } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { Producer } from '../src/index.ts';
import { delivery, idOf } from './support/worker.ts';

const { version } = createRequire(import.meta.url)('bullmq/package.json') as { version: string };
const WAIT = '{p0}:deliveries-custom-chat:wait';

/**
 * BullMQ's script that adds a job, reduced to what matters here: it returns the id or, while refusals are left for this
 * id, an error code instead. The real one does so for reasons that none of our jobs gives.
 */
const ADD = `
local id = cmsgpack.unpack(ARGV[1])[2]
if redis.call('HINCRBY', '{p0}:refusals', id, -1) >= 0 then return -5 end
redis.call('LPUSH', KEYS[1], id)
return id
`;

async function refuse({ redis }: TestRedis, refusals: Record<string, number>): Promise<Producer> {
  redis.defineCommand(`addStandardJob:${version}`, { numberOfKeys: 9, lua: ADD });
  await redis.hset('{p0}:refusals', refusals);
  return new Producer(redis);
}

test('an entry that BullMQ refuses, and reports as a negative id, is added again, and only that one', async () => {
  await using own = await startTestRedis();
  const producer = await refuse(own, { [idOf(1)]: 1, [idOf(3)]: 2 });
  await producer.addDeliveries(0, 'custom', 'chat', [0, 1, 2, 3].map(delivery));
  expect(await own.redis.lrange(WAIT, 0, -1)).toEqual([3, 1, 2, 0].map(idOf));
});

test('an entry that is refused repeatedly is reported; the others are added', async () => {
  await using own = await startTestRedis();
  const producer = await refuse(own, { [idOf(1)]: 100 });
  await expect(producer.addDeliveries(0, 'custom', 'chat', [0, 1, 2].map(delivery))).rejects.toThrow(
    'deliveries-custom-chat: 1 of 3 jobs were not taken',
  );
  expect(await own.redis.lrange(WAIT, 0, -1)).toEqual([2, 0].map(idOf));
});

test('a batch that a full Redis refuses in part or whole throws; with room, the same call completes it', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  await producer.addDeliveries(0, 'custom', 'chat', [delivery(0)]);
  await own.redis.config('SET', 'maxmemory', (await usedMemory(own.redis)) + 200_000);
  const many = Array.from({ length: 3000 }, (_, ordinal) => delivery(ordinal));
  await expect(producer.addDeliveries(0, 'custom', 'chat', many)).rejects.toThrow('OOM');
  await own.redis.config('SET', 'maxmemory', 0);
  await producer.addDeliveries(0, 'custom', 'chat', many);
  const waiting = await own.redis.lrange(WAIT, 0, -1);
  expect(waiting).toHaveLength(3000);
  expect(new Set(waiting)).toEqual(new Set(many.map((job) => idOf(job.ordinal))));
});
