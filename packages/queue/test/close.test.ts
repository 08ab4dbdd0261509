import { startTestRedis, type TestRedis, until } from '@fanfare/testkit';
import { describe, expect, test } from '@jest/globals';
import { Producer } from '../src/index.ts';
import { delivery, gate, startWorker } from './support/worker.ts';

const KIND = 'deliveries-custom';

/** Connections to the server, the test's own included. */
const connections = async ({ redis }: TestRedis): Promise<number> =>
  ((await redis.client('LIST')) as string).trim().split('\n').length;

describe('closing', () => {
  test('waits for active jobs and takes no others', async () => {
    await using own = await startTestRedis();
    const producer = new Producer(own.redis);
    const { opened, open } = gate();
    await using worker = startWorker(
      own.redis,
      async () => {
        await opened;
        return { do: 'done' };
      },
      { concurrency: 2 },
    );
    await producer.addDeliveries(0, 'custom', 'chat', [1, 2, 3, 4].map(delivery));
    await until(() => worker.jobs.length === 2, 'two are in hand');
    let closed = false;
    const closing = worker.close(60_000).then(() => {
      closed = true;
    });
    await producer.addDeliveries(0, 'custom', 'chat', [delivery(5)]);
    expect(closed).toBe(false);
    open();
    await closing;
    expect(worker.jobs.map((job) => job.data.ordinal)).toEqual([1, 2]);
    expect(worker.jobs.map((job) => job.signal.aborted)).toEqual([false, false]);
    expect(await producer.depth(KIND, 'chat', 0, Date.now())).toMatchObject({ waiting: 3, delayed: 0, active: 0 });
    expect(worker.errors).toEqual([]);
  });

  test('is quick for an idle worker, harmless when repeated, and leaves no connection', async () => {
    await using own = await startTestRedis({ oneServer: 'it counts the connections to one' });
    const before = await connections(own);
    const worker = startWorker(own.redis, () => ({ do: 'done' }));
    await until(async () => (await connections(own)) > before, 'it has connected');
    await worker.close(60_000);
    await worker.close(60_000);
    expect(await connections(own)).toBe(before);
  });

  test('after the grace period aborts the handlers, returns, and stays closed when they end at last', async () => {
    await using own = await startTestRedis({ oneServer: 'it counts the connections to one' });
    const before = await connections(own);
    const producer = new Producer(own.redis);
    const { opened, open } = gate();
    let ended = false;
    const worker = startWorker(own.redis, async () => {
      await opened;
      ended = true;
      return { do: 'done' };
    });
    await producer.addDeliveries(0, 'custom', 'chat', [delivery(1)]);
    await until(() => worker.jobs.length === 1, 'it is in hand');
    await worker.close(10);
    expect(worker.jobs[0]?.signal.aborted).toBe(true);
    expect(await connections(own)).toBe(before);
    open();
    await until(() => ended, 'the handler ends');
    await producer.addDeliveries(0, 'custom', 'chat', [delivery(2)]);
    await until(
      async () => (await own.redis.client('LIST')) && (await connections(own)) === before,
      'nothing connects',
    );
    expect(worker.jobs).toHaveLength(1);
    expect(worker.errors).toEqual([]);
  });

  test('with Redis away returns when the grace period is over', async () => {
    await using own = await startTestRedis();
    const producer = new Producer(own.redis);
    const { opened, open } = gate();
    const worker = startWorker(own.redis, async () => {
      await opened;
      return { do: 'done' };
    });
    await producer.addDeliveries(0, 'custom', 'chat', [delivery(1)]);
    await until(() => worker.jobs.length === 1, 'it is in hand');
    await own.server.stop();
    open();
    await worker.close(100);
    await own.server.start();
    expect((await producer.depth(KIND, 'chat', 0, Date.now())).waiting).toBe(0);
  });
});
