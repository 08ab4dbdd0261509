import { startTestRedis, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { Producer } from '../src/index.ts';
import { delivery, gate, startWorker } from './support/worker.ts';

test.each(['stop', 'kill'] as const)('after a %s of Redis a worker continues where it was', async (end) => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  const done = new Set<number>();
  await using worker = startWorker(own.redis, ({ data }) => {
    done.add(data.ordinal);
    return { do: 'done' };
  });
  await producer.addDeliveries(0, 'custom', 'chat', [delivery(1)]);
  await until(() => done.has(1), 'it works');
  await own.server[end]();
  await own.server.start();
  await producer.addDeliveries(0, 'custom', 'chat', [delivery(2)]);
  await until(() => done.has(2), 'it works again');
  expect(worker.jobs).toHaveLength(2);
});

test('an active job when Redis goes away is finished once Redis is back', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  const { opened, open } = gate();
  await using worker = startWorker(own.redis, async () => {
    await opened;
    return { do: 'done' };
  });
  await producer.addDeliveries(0, 'custom', 'chat', [delivery(1)]);
  await until(() => worker.jobs.length === 1, 'it is in hand');
  await own.server.kill();
  open();
  await own.server.start();
  const depth = () => producer.depth('deliveries-custom', 'chat', 0, Date.now());
  await until(async () => (await depth()).active === 0, 'it is finished');
  expect(await depth()).toEqual({ waiting: 0, delayed: 0, active: 0, oldestMs: 0, oldestDelayedMs: 0 });
  expect(worker.jobs).toHaveLength(1);
});

test('a worker that finds Redis full reports it and pauses, and continues when there is room', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  await producer.addDeliveries(0, 'custom', 'chat', [delivery(1)]);
  await own.redis.config('SET', 'maxmemory', 1);
  await using worker = startWorker(own.redis, () => ({ do: 'done' }));
  await until(() => worker.errors.length > 0, 'it says so');
  await own.redis.config('SET', 'maxmemory', 0);
  await until(() => worker.jobs.length === 1, 'it goes on');
  // One for the fetch and one for the stalled check; a spinning worker has thousands.
  expect(worker.errors.length).toBeLessThanOrEqual(4);
  for (const { message } of worker.errors) expect(message).toMatch(/^OOM/);
});

test('a worker closed while paused finishes its active jobs and takes nothing more', async () => {
  await using own = await startTestRedis({ oneServer: 'its pipeline is for one' });
  const producer = new Producer(own.redis);
  const { opened, open } = gate();
  const worker = startWorker(own.redis, async () => {
    await opened;
    return { do: 'done' };
  });
  await producer.addDeliveries(0, 'custom', 'chat', [delivery(1)]);
  await until(() => worker.jobs.length === 1, 'it is in hand');
  // BullMQ's marker wakes the worker, which then finds Redis full.
  const full = own.redis.pipeline().zadd('{p0}:deliveries-custom-chat:marker', 0, '0').config('SET', 'maxmemory', 1);
  await full.exec();
  await until(() => worker.errors.some(({ message }) => message.startsWith('OOM')), 'Redis is full');
  await own.redis.config('SET', 'maxmemory', 0);
  await producer.addDeliveries(0, 'custom', 'chat', [delivery(2)]);
  const closing = worker.close(60_000);
  open();
  await closing;
  const depth = await producer.depth('deliveries-custom', 'chat', 0, Date.now());
  expect(depth).toMatchObject({ waiting: 1, active: 0 });
  expect(worker.jobs).toHaveLength(1);
});
