import { setImmediate } from 'node:timers/promises';
import { startTestRedis, until } from '@fanfare/testkit';
import { describe, expect, test } from '@jest/globals';
import { Queue } from 'bullmq';
import { Producer } from '../src/index.ts';
import { delivery, EVENT, gate, idOf, startWorker } from './support/worker.ts';

const KIND = 'deliveries-custom';
const presence = async (producer: Producer, ordinal: number) =>
  (await producer.presence(KIND, 'chat', 0, [idOf(ordinal)]))[0];

test('a job is passed on with its id, its data and its lock', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  const data = {
    ...delivery(7),
    addedAgain: true,
    deadlineAt: 1_790_000_000_000,
    settingsVersion: 3,
  } as const;
  let heldBy: string | null = null;
  await using worker = startWorker(own.redis, async ({ lock }) => {
    heldBy = await own.redis.get(lock.key);
    return { do: 'done' };
  });
  const before = Date.now();
  await producer.addDeliveries(0, 'custom', 'chat', [data]);
  await until(() => heldBy, 'it is handed over');
  const [job] = worker.jobs;
  expect(job).toMatchObject({ id: idOf(7), data, attemptsMade: 0, startedBefore: false });
  expect(job?.lock).toEqual({ key: `{p0}:deliveries-custom-chat:${idOf(7)}:lock`, token: heldBy });
  expect(job?.addedAt).toBeGreaterThanOrEqual(before);
  expect(job?.signal.aborted).toBe(false);
});

test('done removes the job, and the queue keeps nothing of it', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  await using worker = startWorker(own.redis, () => ({ do: 'done' }));
  await producer.addDeliveries(0, 'custom', 'chat', [1, 2, 3].map(delivery));
  await until(async () => (await own.redis.keys(`*${EVENT}*`)).length === 0, 'all are over');
  expect(worker.jobs).toHaveLength(3);
  expect(await own.redis.exists(`{p0}:${KIND}-chat:completed`, `{p0}:${KIND}-chat:failed`)).toBe(0);
});

test('a job is started as soon as it is taken, however many may be in hand', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  const MANY = 50;
  await producer.addDeliveries(
    0,
    'custom',
    'chat',
    Array.from({ length: MANY }, (_, i) => delivery(i)),
  );
  let takenAtFirst: Promise<number> | undefined;
  const wait = gate();
  await using worker = startWorker(
    own.redis,
    async () => {
      takenAtFirst ??= own.redis.llen(`{p0}:${KIND}-chat:active`);
      await wait.opened;
      return { do: 'done' };
    },
    { concurrency: MANY },
  );
  await until(() => worker.jobs.length === MANY, 'all are in hand together');
  expect(await takenAtFirst).toBeLessThan(10);
  wait.open();
});

test('jobs that give way keep no others from being taken, until they have ended', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  const slow = gate();
  let [inHand, most] = [0, 0];
  await using worker = startWorker(
    own.redis,
    async ({ data, giveWay }) => {
      if (data.ordinal < 8) {
        giveWay();
        await slow.opened;
        return { do: 'done' };
      }
      most = Math.max(most, ++inHand);
      await setImmediate();
      inHand--;
      return { do: 'done' };
    },
    { concurrency: 4, sizeOf: ({ count = 1 }) => count },
  );
  const add = (from: number, to: number) =>
    producer.addDeliveries(
      0,
      'custom',
      'chat',
      Array.from({ length: to - from }, (_, i) => delivery(from + i)),
    );
  await add(0, 8);
  await until(() => worker.jobs.length === 8, 'more than four slow ones are in hand');
  await add(8, 30);
  await until(() => worker.jobs.length === 30, 'the others are taken');
  slow.open();
  await until(async () => (await own.redis.keys(`*${EVENT}*`)).length === 0, 'all are over');
  expect(most).toBeLessThanOrEqual(4);
});

test('while several apps have jobs, fewer are in hand, besides those that wait for answers', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  const answers = gate();
  let [busy, most] = [0, 0];
  await using worker = startWorker(
    own.redis,
    async ({ data: { ordinal }, isOf, awaits }) => {
      isOf(ordinal === 0 ? 'small' : 'large');
      if (ordinal === 1) return { do: 'done' };
      if (ordinal >= 30) {
        const answered = awaits();
        await answers.opened;
        answered();
      }
      most = Math.max(most, ++busy);
      await setImmediate();
      busy--;
      return { do: 'done' };
    },
    { concurrency: 8, beside: 2, sizeOf: () => 1 },
  );
  const add = (from: number, to: number) =>
    producer.addDeliveries(
      0,
      'custom',
      'chat',
      Array.from({ length: to - from }, (_, i) => delivery(from + i)),
    );
  const untilTaken = (count: number) => until(() => worker.jobs.length === count, `${count} jobs are taken`);
  await add(0, 1);
  await untilTaken(1);
  await add(1, 2);
  await untilTaken(2);
  await add(2, 30);
  await untilTaken(30);
  expect(most).toBeLessThanOrEqual(2);
  await add(30, 40);
  await until(() => worker.jobs.length === 38, 'as many wait for answers as may be in hand');
  answers.open();
  await untilTaken(40);
});

test('what is to be done afterwards finds the job gone, and its id free', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  const found: unknown[] = [];
  await using worker = startWorker(own.redis, () => ({
    do: 'done',
    afterwards: async () => {
      found.push(await presence(producer, 1));
      if (worker.jobs.length === 1) await producer.addDeliveries(0, 'custom', 'chat', [delivery(1)]);
      else throw new Error('too late');
    },
  }));
  await producer.addDeliveries(0, 'custom', 'chat', [delivery(1)]);
  await until(() => worker.errors.length > 0, 'the job has run again');
  expect(found).toEqual(['missing', 'missing']);
  expect(worker.errors).toMatchObject([{ message: 'too late' }]);
});

test('wait spends no attempt, runs again, and is marked as started before', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  await using worker = startWorker(own.redis, ({ startedBefore }) =>
    startedBefore ? { do: 'done' } : { do: 'wait', delayMs: 20 },
  );
  await producer.addDeliveries(0, 'custom', 'chat', [delivery(1)]);
  await until(async () => (await presence(producer, 1)) === 'missing', 'it is over');
  expect(worker.jobs.map(({ attemptsMade, startedBefore }) => ({ attemptsMade, startedBefore }))).toEqual([
    { attemptsMade: 0, startedBefore: false },
    { attemptsMade: 0, startedBefore: true },
  ]);
  expect(worker.errors).toEqual([]);
});

test('a job may wait far more often than it has attempts', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  await using worker = startWorker(own.redis, () =>
    worker.jobs.length <= 30 ? { do: 'wait', delayMs: 0 } : { do: 'done' },
  );
  await producer.addDeliveries(0, 'custom', 'chat', [delivery(1)]);
  await until(async () => (await presence(producer, 1)) === 'missing', 'it is over');
  expect(worker.jobs.map((job) => job.attemptsMade)).toEqual(Array(31).fill(0));
});

test('retry spends an attempt and runs again after the given delay', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  const key = `{p0}:${KIND}-chat:${idOf(1)}`;
  await using worker = startWorker(own.redis, ({ attemptsMade }) => ({
    do: 'retry',
    delayMs: attemptsMade === 0 ? 20 : 3_600_000,
  }));
  await producer.addDeliveries(0, 'custom', 'chat', [delivery(1)]);
  await until(async () => (await own.redis.hget(key, 'delay')) === '3600000', 'it waits for its third try');
  expect(worker.jobs.map(({ attemptsMade, startedBefore }) => ({ attemptsMade, startedBefore }))).toEqual([
    { attemptsMade: 0, startedBefore: false },
    { attemptsMade: 1, startedBefore: true },
  ]);
  const [putAside, due] = [
    await own.redis.hget(key, 'processedOn'),
    await own.redis.zscore(`{p0}:${KIND}-chat:delayed`, idOf(1)),
  ];
  // BullMQ keeps the due time in the upper bits of the score.
  expect(Math.floor(Number(due) / 0x1000)).toBeGreaterThanOrEqual(Number(putAside) + 3_600_000);
  expect(worker.errors).toEqual([]);
  expect(await own.redis.hget(key, 'stacktrace')).toBe('[]');
});

describe('a bug', () => {
  test('is reported each time it throws; after its attempts the job stays in the failed set', async () => {
    await using own = await startTestRedis();
    const producer = new Producer(own.redis);
    await using worker = startWorker(
      own.redis,
      () => {
        throw new TypeError('undefined is not a function');
      },
      { lane: 'call' },
    );
    await producer.addDeliveries(0, 'custom', 'call', [delivery(1)]);
    await until(() => worker.errors.length === 4, 'its attempts are spent');
    expect(await producer.presence(KIND, 'call', 0, [idOf(1)])).toEqual(['failed']);
    expect(worker.jobs.map((job) => job.attemptsMade)).toEqual([0, 1, 2, 3]);
    expect(worker.errors).toEqual(Array(4).fill({ message: 'undefined is not a function', jobId: idOf(1) }));
  });

  test('in one job does not block the others', async () => {
    await using own = await startTestRedis();
    const producer = new Producer(own.redis);
    await using worker = startWorker(
      own.redis,
      ({ data }) => {
        if (data.ordinal === 1) throw new Error('a bug');
        return { do: 'done' };
      },
      { concurrency: 1 },
    );
    await producer.addDeliveries(0, 'custom', 'chat', [1, 2].map(delivery));
    await until(async () => (await presence(producer, 2)) === 'missing', 'the other is over');
    expect(await presence(producer, 1)).toBe('present');
    expect(worker.errors).toEqual([{ message: 'a bug', jobId: idOf(1) }]);
  });
});

/** A delivery's job as Redis stores it. */
const STORED = { e: EVENT, s: 0, o: 1 };

test.each([
  ['a missing field', { e: EVENT }],
  ['a negative ordinal', { ...STORED, o: -1 }],
  ['a word for a letter', { e: EVENT, s: 0, ordinal: 1 }],
  ['no object', 'hello'],
])('a job with %s fails at once, is reported, and is never handed over', async (_, data) => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  const queue = new Queue(`${KIND}-chat`, { connection: own.redis, prefix: '{p0}' });
  await queue.add('d', data, { jobId: idOf(1), attempts: 8 });
  await using worker = startWorker(own.redis, () => ({ do: 'done' }));
  await until(() => worker.errors.length > 0, 'it is reported');
  expect(worker.errors).toEqual([{ message: `job ${idOf(1)} is not of this queue's shape`, jobId: idOf(1) }]);
  expect(await presence(producer, 1)).toBe('failed');
  expect(worker.jobs).toEqual([]);
  await queue.close();
});

test('a job with a field that only a newer version knows waits for a worker of that version', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  const queue = new Queue(`${KIND}-chat`, { connection: own.redis, prefix: '{p0}' });
  await queue.add('d', { ...STORED, z: 1 }, { jobId: idOf(1), attempts: 1 });
  await using worker = startWorker(own.redis, () => ({ do: 'done' }));
  await until(async () => (await producer.depth(KIND, 'chat', 0, Date.now())).delayed === 1, 'it is put back');
  expect(await presence(producer, 1)).toBe('present');
  expect([worker.jobs, worker.errors]).toEqual([[], []]);
  await queue.close();
});

test('lanes, shards and providers each have a queue of their own', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  await producer.addDeliveries(0, 'custom', 'call', [delivery(1)]);
  await producer.addDeliveries(0, 'custom', 'bulk', [delivery(2)]);
  await producer.addDeliveries(1, 'custom', 'chat', [delivery(3)]);
  await producer.addDeliveries(0, 'fcm', 'chat', [delivery(4)]);
  await producer.addDeliveries(0, 'custom', 'chat', [delivery(5)]);
  await using worker = startWorker(own.redis, () => ({ do: 'done' }));
  await until(async () => (await presence(producer, 5)) === 'missing', 'its own job is over');
  await worker.close(10_000);
  expect(worker.jobs.map((job) => job.data.ordinal)).toEqual([5]);
  const others = [
    producer.depth(KIND, 'call', 0, 0),
    producer.depth(KIND, 'bulk', 0, 0),
    producer.depth(KIND, 'chat', 1, 0),
    producer.depth('deliveries-fcm', 'chat', 0, 0),
  ];
  expect((await Promise.all(others)).map((depth) => depth.waiting)).toEqual([1, 1, 1, 1]);
});

test('a lane has at most its configured number of active jobs', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  const { opened, open } = gate();
  let [inHand, most] = [0, 0];
  await using worker = startWorker(
    own.redis,
    async () => {
      most = Math.max(most, ++inHand);
      await opened;
      inHand--;
      return { do: 'done' };
    },
    { concurrency: 3 },
  );
  await producer.addDeliveries(0, 'custom', 'chat', [1, 2, 3, 4, 5, 6, 7].map(delivery));
  await until(() => inHand === 3, 'three are in hand');
  open();
  await until(() => worker.jobs.length === 7 && inHand === 0, 'all are over');
  expect(most).toBe(3);
});

test('jobs with a rank are taken from the lowest on, equal ones in order, and those without go first', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  const ranked = [
    [0, 7],
    [1, 3],
    [2, 7],
    [3, 1],
  ].map(([ordinal, rank]) => ({ ...delivery(ordinal as number), rank }));
  await producer.addDeliveries(0, 'custom', 'chat', [...ranked, delivery(4)]);
  expect(await producer.depth(KIND, 'chat', 0, Date.now())).toMatchObject({ waiting: 5 });
  await using worker = startWorker(own.redis, () => ({ do: 'done' }), { concurrency: 1 });
  await until(() => worker.jobs.length === 5, 'all are taken');
  expect(worker.jobs.map(({ data }) => data.ordinal)).toEqual([4, 3, 1, 0, 2]);
});
