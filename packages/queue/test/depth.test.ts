import { connectRedis } from '@fanfare/redis';
import { startTestRedis, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { Producer, type QueueGauges, readQueues } from '../src/index.ts';
import { delivery, gate, idOf, startWorker } from './support/worker.ts';

const KIND = 'deliveries-custom';
const JOB = (ordinal: number) => `{p0}:deliveries-custom-chat:${idOf(ordinal)}`;

test('an empty queue has no depth and no age', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  expect(await producer.depth(KIND, 'chat', 0, Date.now())).toEqual({
    waiting: 0,
    delayed: 0,
    active: 0,
    oldestMs: 0,
    oldestDelayedMs: 0,
  });
});

test('depth counts waiting, delayed and active jobs, and the age of the oldest waiting one', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  const { opened, open } = gate();
  await using worker = startWorker(
    own.redis,
    async ({ data }) => {
      if (data.ordinal === 0) return { do: 'wait', delayMs: 60_000 };
      await opened;
      return { do: 'done' };
    },
    { concurrency: 2 },
  );
  await producer.addDeliveries(0, 'custom', 'chat', [0, 1, 2, 3, 4, 5].map(delivery));
  await until(() => worker.jobs.length === 3, 'one is delayed and two are in hand');
  const addedAt = Number(await own.redis.hget(JOB(3), 'timestamp'));
  const depth = await producer.depth(KIND, 'chat', 0, addedAt + 90_000);
  const delayedAt = Number(await own.redis.hget(JOB(0), 'timestamp'));
  const oldestDelayedMs = addedAt + 90_000 - delayedAt;
  expect(depth).toEqual({ waiting: 3, delayed: 1, active: 2, oldestMs: 90_000, oldestDelayedMs });
  open();
});

test('the oldest of the jobs that wait is not always the next', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  await producer.addDeliveries(0, 'custom', 'chat', [
    { ...delivery(1), rank: 50 },
    { ...delivery(2), rank: 1 },
  ]);
  const added = Number(await own.redis.hget(JOB(2), 'timestamp'));
  await own.redis.hset(JOB(1), 'timestamp', added - 60_000);
  expect((await producer.depth(KIND, 'chat', 0, added)).oldestMs).toBe(60_000);
});

test('a postponed job that is back has waited since then, not since it was added', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  await producer.addDeliveries(0, 'custom', 'chat', [delivery(1)]);
  const putAside = Date.now() + 3_600_000;
  await own.redis.hset(JOB(1), 'processedOn', putAside);
  expect((await producer.depth(KIND, 'chat', 0, putAside + 5000)).oldestMs).toBe(5000);
});

test('a clock that is behind causes no negative age', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  await producer.addDeliveries(0, 'custom', 'chat', [delivery(1)]);
  expect((await producer.depth(KIND, 'chat', 0, 0)).oldestMs).toBe(0);
});

test('the gauges show every lane of every queue, summed over the shards, and nothing when Redis is away', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  await producer.addDeliveries(0, 'custom', 'chat', [1, 2].map(delivery));
  await producer.addDeliveries(1, 'custom', 'chat', [3, 4, 5].map(delivery));
  await producer.addDeliveries(1, 'custom', 'call', [delivery(6)]);
  const shown = new Map<string, number>();
  const gauges: QueueGauges = {
    queueDepth: {
      set: ({ queue, lane, state }, jobs) => shown.set(`${queue} ${lane} ${state}`, jobs),
      reset: () => shown.clear(),
    },
    queueOldestSeconds: {
      set: ({ queue, lane }, seconds) => shown.set(`${queue} ${lane} oldest`, seconds),
      reset: () => shown.clear(),
    },
  };
  const oldest = Number(await own.redis.hget(JOB(1), 'timestamp'));
  await readQueues(producer, 2, gauges, oldest + 30_000);
  expect(shown.get('deliveries-custom chat waiting')).toBe(5);
  expect(shown.get('deliveries-custom call waiting')).toBe(1);
  expect(shown.get('deliveries-custom bulk waiting')).toBe(0);
  expect(shown.get('deliveries-custom chat oldest')).toBe(30);
  expect(shown.get('deliveries-custom bulk oldest')).toBe(0);
  expect(shown.size).toBe(4 * 12);
  await own.server.stop();
  const away = await connectRedis(own.url, 'request', () => {}, 1);
  await readQueues(new Producer(away), 2, gauges, oldest);
  away.disconnect();
  expect(shown.size).toBe(0);
});
