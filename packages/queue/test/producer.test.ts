import { deliveryId, newEventKey, packId } from '@fanfare/core';
import { startTestRedis, until, usedMemory } from '@fanfare/testkit';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { Producer } from '../src/index.ts';
import { delivery, EVENT, gate, idOf, startWorker } from './support/worker.ts';

const KIND = 'deliveries-custom';
const waitingOf = async (producer: Producer) => (await producer.depth(KIND, 'chat', 0, Date.now())).waiting;

describe('adding', () => {
  test('twice is one job, with the data of the first time', async () => {
    await using own = await startTestRedis();
    const producer = new Producer(own.redis);
    await producer.addDeliveries(0, 'custom', 'chat', [delivery(1), delivery(2)]);
    await producer.addDeliveries(0, 'custom', 'chat', [{ ...delivery(1), addedAgain: true }, delivery(3)]);
    expect(await waitingOf(producer)).toBe(3);
    await using worker = startWorker(own.redis, () => ({ do: 'done' }));
    await until(() => worker.jobs.length === 3, 'all are handed over');
    expect(worker.jobs.map((job) => job.data)).toEqual([delivery(1), delivery(2), delivery(3)]);
  });

  test('more than one batch adds them all, in order', async () => {
    await using own = await startTestRedis();
    const producer = new Producer(own.redis);
    const many = Array.from({ length: 1201 }, (_, ordinal) => delivery(ordinal));
    await producer.addDeliveries(0, 'custom', 'chat', many);
    expect(await waitingOf(producer)).toBe(1201);
    const oldest = await own.redis.lrange('{p0}:deliveries-custom-chat:wait', -2, -1);
    expect(oldest).toEqual([idOf(1), idOf(0)]);
  });

  test('is possible again for an id whose job is done', async () => {
    await using own = await startTestRedis();
    const producer = new Producer(own.redis);
    await using worker = startWorker(own.redis, () => ({ do: 'done' }));
    await producer.addDeliveries(0, 'custom', 'chat', [delivery(1)]);
    await until(async () => (await presence(producer, 1)) === 'missing', 'it is over');
    await producer.addDeliveries(0, 'custom', 'chat', [delivery(1)]);
    await until(() => worker.jobs.length === 2, 'it is handed over again');
  });

  test('an event twice expands it once', async () => {
    await using own = await startTestRedis();
    const producer = new Producer(own.redis);
    await producer.addEvents(0, 'call', [{ key: EVENT }, { key: 'em5x8k2a0abc124' }]);
    await producer.addEvents(0, 'call', [{ key: EVENT }]);
    expect(await producer.depth('events', 'call', 0, Date.now())).toMatchObject({ waiting: 2 });
    expect(await producer.presence('events', 'call', 0, [EVENT])).toEqual(['present']);
  });

  test('nothing does nothing', async () => {
    await using own = await startTestRedis();
    const producer = new Producer(own.redis);
    await producer.addDeliveries(0, 'custom', 'chat', []);
    expect(await waitingOf(producer)).toBe(0);
  });

  test('a waiting delivery takes less than 400 bytes', async () => {
    await using own = await startTestRedis();
    const producer = new Producer(own.redis);
    await producer.addDeliveries(0, 'custom', 'chat', [delivery(0)]);
    const before = await usedMemory(own.redis);
    const many = Array.from({ length: 5000 }, (_, i) => delivery(i + 1));
    await producer.addDeliveries(0, 'custom', 'chat', many);
    expect(((await usedMemory(own.redis)) - before) / many.length).toBeLessThan(400);
  });

  test('fails at once when Redis is away, and works when it is back', async () => {
    await using own = await startTestRedis({ oneServer: 'a client of a cluster stays ready without it' });
    const impatient = own.redis.duplicate({ enableOfflineQueue: false, maxRetriesPerRequest: 0 });
    impatient.on('error', () => undefined);
    await until(() => impatient.status === 'ready', 'it is connected');
    const producer = new Producer(impatient);
    await producer.addDeliveries(0, 'custom', 'chat', [delivery(1)]);
    await own.server.stop();
    await until(() => impatient.status !== 'ready', 'the connection is lost');
    await expect(producer.addDeliveries(0, 'custom', 'chat', [delivery(2)])).rejects.toThrow();
    await own.server.start();
    await until(() => impatient.status === 'ready', 'it is connected again');
    await producer.addDeliveries(0, 'custom', 'chat', [delivery(1), delivery(2)]);
    expect(await waitingOf(producer)).toBe(2);
    impatient.disconnect();
  });
});

test.each([
  ['the smallest', 0, 0],
  ['the largest', 8.64e15, 1 - Number.EPSILON],
  ["today's", 1_790_000_000_000, 0.5],
])('%s event key and its delivery ids are ids that BullMQ accepts', async (_, time, chance) => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  const key = newEventKey(time, () => chance);
  await producer.addEvents(0, 'chat', [{ key }]);
  expect(await producer.presence('events', 'chat', 0, [key])).toEqual(['present']);
  const ordinals = [0, 1, 7, 1_000_000, 9_999_999_999];
  await producer.addDeliveries(
    0,
    'custom',
    'chat',
    ordinals.map((ordinal) => ({ eventKey: key, slice: 0, ordinal })),
  );
  await producer.addDeliveries(0, 'custom', 'chat', [{ eventKey: key, slice: 3, ordinal: 7, count: 100 }]);
  const ids = [...ordinals.map((ordinal) => deliveryId(key, ordinal)), packId(key, 7, 100)];
  expect(await producer.presence(KIND, 'chat', 0, ids)).toEqual(ids.map(() => 'present'));
});

describe('presence', () => {
  test('a job is missing before it is added, present while it waits or is active, then missing', async () => {
    await using own = await startTestRedis();
    const producer = new Producer(own.redis);
    expect(await presence(producer, 1)).toBe('missing');
    await producer.addDeliveries(0, 'custom', 'chat', [delivery(1)]);
    expect(await presence(producer, 1)).toBe('present');
    const { opened, open } = gate();
    await using worker = startWorker(own.redis, async () => {
      await opened;
      return { do: 'done' };
    });
    await until(() => worker.jobs.length === 1, 'it is in hand');
    expect(await presence(producer, 1)).toBe('present');
    open();
    await until(async () => (await presence(producer, 1)) === 'missing', 'it is over');
  });

  test('a job failed by a bug is failed until it is removed, and keeps its id until then', async () => {
    await using own = await startTestRedis();
    const producer = new Producer(own.redis);
    await producer.addDeliveries(0, 'custom', 'chat', [delivery(1), delivery(2)]);
    await using worker = startWorker(own.redis, () => ({ do: 'done' }), { schema: z.never() });
    await until(() => worker.errors.length === 2, 'both are refused');
    await worker.close(1000);
    expect(await presence(producer, 1)).toBe('failed');
    await producer.addDeliveries(0, 'custom', 'chat', [delivery(1)]);
    expect(await presence(producer, 1)).toBe('failed');
    await producer.remove(KIND, 'chat', 0, idOf(1));
    expect(await presence(producer, 1)).toBe('missing');
    await producer.addDeliveries(0, 'custom', 'chat', [delivery(1)]);
    expect(await producer.presence(KIND, 'chat', 0, [idOf(1), idOf(2), idOf(3)])).toEqual([
      'present',
      'failed',
      'missing',
    ]);
  });

  test('is checked in one lane and shard', async () => {
    await using own = await startTestRedis();
    const producer = new Producer(own.redis);
    await producer.addDeliveries(1, 'custom', 'chat', [delivery(1)]);
    expect(await producer.presence(KIND, 'chat', 1, [idOf(1)])).toEqual(['present']);
    expect(await producer.presence(KIND, 'chat', 0, [idOf(1)])).toEqual(['missing']);
    expect(await producer.presence(KIND, 'bulk', 1, [idOf(1)])).toEqual(['missing']);
    expect(await producer.presence(KIND, 'chat', 1, [])).toEqual([]);
  });
});

test('an active job cannot be removed', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  const { opened, open } = gate();
  await using worker = startWorker(own.redis, async () => {
    await opened;
    return { do: 'done' };
  });
  await producer.addDeliveries(0, 'custom', 'chat', [delivery(1)]);
  await until(() => worker.jobs.length === 1, 'it is in hand');
  await producer.remove(KIND, 'chat', 0, idOf(1));
  expect(await presence(producer, 1)).toBe('present');
  open();
  await until(async () => (await presence(producer, 1)) === 'missing', 'it is over');
  expect(worker.errors).toEqual([]);
});

const presence = async (producer: Producer, ordinal: number) =>
  (await producer.presence(KIND, 'chat', 0, [idOf(ordinal)]))[0];
