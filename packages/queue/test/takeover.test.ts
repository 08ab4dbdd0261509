import { startTestRedis, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { Producer } from '../src/index.ts';
import { compile, startWorkerProcess } from './support/process.ts';
import { delivery, gate, idOf, startWorker } from './support/worker.ts';

compile();

// All in the call lane, whose locks are short: 5 s, checked every 2 s. They are waited for in parallel.
const CALL = { lane: 'call' } as const;

test.concurrent('the jobs of a killed worker are taken over as started before, with no attempt spent', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  await using doomed = startWorkerProcess(own.url);
  await producer.addDeliveries(0, 'custom', 'call', [1, 2].map(delivery));
  await doomed.says('has 1');
  await doomed.says('has 2');
  await using heir = startWorker(own.redis, () => ({ do: 'done' }), CALL);
  await doomed.kill();
  await until(() => heir.jobs.length === 2, 'both jobs are taken over');
  const taken = heir.jobs.map(({ data, startedBefore, attemptsMade }) => ({ data, startedBefore, attemptsMade }));
  expect(taken.sort((a, b) => a.data.ordinal - b.data.ordinal)).toEqual([
    { data: delivery(1), startedBefore: true, attemptsMade: 0 },
    { data: delivery(2), startedBefore: true, attemptsMade: 0 },
  ]);
  const ids = [1, 2].map(idOf);
  await until(
    async () => (await producer.presence('deliveries-custom', 'call', 0, ids)).every((it) => it === 'missing'),
    'all are over',
  );
});

test.concurrent('a worker closed with an active job leaves it to another, and its process ends by itself', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  await using leaving = startWorkerProcess(own.url);
  await producer.addDeliveries(0, 'custom', 'call', [delivery(1)]);
  await leaving.says('has 1');
  leaving.tell('close');
  await leaving.says('closed');
  expect(await leaving.ended()).toBe(0);
  await using heir = startWorker(own.redis, () => ({ do: 'done' }), CALL);
  await until(() => heir.jobs.length === 1, 'the job is taken over');
  expect(heir.jobs[0]).toMatchObject({ data: delivery(1), startedBefore: true, attemptsMade: 0 });
});

test.concurrent('a worker closed with an active job leaves it to another even if its handler never ends', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  const { opened, open } = gate();
  const leaving = startWorker(
    own.redis,
    async () => {
      await opened;
      return { do: 'done' };
    },
    CALL,
  );
  await producer.addDeliveries(0, 'custom', 'call', [delivery(1)]);
  await until(() => leaving.jobs.length === 1, 'it is in hand');
  await leaving.close(10);
  await using heir = startWorker(own.redis, () => ({ do: 'done' }), CALL);
  await until(() => heir.jobs.length === 1, 'the job is taken over');
  expect(heir.jobs[0]?.startedBefore).toBe(true);
  open();
});

test.concurrent('a worker that lost its lock is aborted, and the next start gets its own lock', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  const { opened, open } = gate();
  await using worker = startWorker(
    own.redis,
    async (job) => {
      if (!job.startedBefore) await opened;
      return { do: 'done' };
    },
    CALL,
  );
  await producer.addDeliveries(0, 'custom', 'call', [delivery(1)]);
  await until(() => worker.jobs.length === 1, 'it is in hand');
  const first = worker.jobs[0];
  expect(await own.redis.get(first?.lock.key ?? '')).toBe(first?.lock.token);
  await own.redis.del(first?.lock.key ?? '');
  await until(() => first?.signal.aborted, 'the handler is aborted');
  await until(() => worker.jobs.length === 2, 'the job is started again');
  const second = worker.jobs[1];
  expect(second).toMatchObject({ startedBefore: true, attemptsMade: 0, lock: { key: first?.lock.key } });
  expect(second?.lock.token).not.toBe(first?.lock.token);
  open();
});
