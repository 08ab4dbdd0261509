import { startTestRedis, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { HeldLocks } from '../src/held-locks.ts';
import { LockRenewal, Producer } from '../src/index.ts';
import { delivery, gate, idOf, startWorker } from './support/worker.ts';

const KIND = 'deliveries-custom';
const CALL = { lane: 'call' } as const;

/** Longer than a lock of the call lane and the check for stalled jobs together: 5 s and 2 s. */
const BUSY_S = 9;

test.concurrent('a worker keeps its jobs however long its connection to Redis is busy', async () => {
  await using own = await startTestRedis();
  const producer = new Producer(own.redis);
  const { opened, open } = gate();
  const busy = own.redis.duplicate({ maxRetriesPerRequest: null });
  await using _end = { [Symbol.asyncDispose]: async () => busy.disconnect() };
  await using worker = startWorker(busy, () => opened.then(() => ({ do: 'done' })), CALL);
  await producer.addDeliveries(0, 'custom', 'call', [delivery(1)]);
  await until(() => worker.jobs.length === 1, 'it is in hand');
  await using other = startWorker(own.redis, () => ({ do: 'done' }), CALL);
  // Everything on this connection waits behind this, as it does behind a long pipeline.
  await busy.blpop('nothing', BUSY_S);
  expect(worker.jobs[0]?.holdsLock()).toBe(true);
  expect(other.jobs).toEqual([]);
  open();
  await until(async () => (await producer.presence(KIND, 'call', 0, [idOf(1)]))[0] === 'missing', 'it is over');
  expect([worker.jobs.length, other.jobs.length]).toEqual([1, 0]);
  expect(worker.errors).toEqual([]);
}, 30_000);

test.concurrent('of more locks than fit into one round trip, exactly the lost one is reported', async () => {
  await using own = await startTestRedis();
  const { opened, open } = gate();
  const lost: string[] = [];
  const renewal = new LockRenewal(own.redis, () => undefined);
  const locks = new HeldLocks({
    toKey: (id) => `{p0}:queue:${id}`,
    durationMs: 1500,
    onLost: (ids) => lost.push(...ids),
  });
  renewal.include(0, locks);
  const ids = Array.from({ length: 1200 }, (_, i) => `job-${i}`);
  const set = own.redis.pipeline();
  for (const id of ids) set.set(`{p0}:queue:${id}:lock`, id === 'job-1100' ? 'another' : `of ${id}`, 'PX', 3_600_000);
  await set.exec();
  const work = ids.map((id) => locks.hold(id, `of ${id}`, () => opened));
  await until(() => lost.length > 0, 'the lost one is reported');
  expect(lost).toEqual(['job-1100']);
  const ttls = await Promise.all(ids.map((id) => own.redis.pttl(`{p0}:queue:${id}:lock`)));
  expect(ids.filter((_, i) => (ttls[i] as number) > 1500)).toEqual(['job-1100']);
  open();
  await Promise.all(work);
  await renewal.close();
});
