import { startTestRedis, type TestRedis, until, usedMemory } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { HeldLocks } from '../src/held-locks.ts';
import { Producer } from '../src/index.ts';
import { Taker } from '../src/taker.ts';
import { delivery, idOf, startWorker } from './support/worker.ts';

const QUEUE = '{p0}:deliveries-custom-chat:';

function takerOf({ redis }: TestRedis) {
  const locks = new HeldLocks({ toKey: (id) => QUEUE + id, durationMs: 60_000, onLost: () => undefined });
  return { locks, taker: new Taker(redis, QUEUE, locks) };
}

const add = (own: TestRedis, ordinals: readonly number[]) =>
  new Producer(own.redis).addDeliveries(0, 'custom', 'chat', ordinals.map(delivery));

test('jobs that are asked for in one turn are taken by one script, each locked', async () => {
  await using own = await startTestRedis();
  await add(own, [1, 2, 3, 4, 5]);
  const { taker, locks } = takerOf(own);
  await own.redis.config('RESETSTAT');
  const taken = await Promise.all([taker.next(), taker.next(), taker.next()]);
  expect(taken.map(({ job }) => job?.id)).toEqual([1, 2, 3].map(idOf));
  expect(/cmdstat_eval(sha)?:calls=(\d+)/.exec(await own.redis.info('commandstats'))?.[2]).toBe('1');
  expect(await own.redis.llen(`${QUEUE}active`)).toBe(3);
  for (const { job } of taken) {
    expect(await own.redis.get(`${QUEUE}${job?.id}:lock`)).toBe(job?.token);
    expect(locks.isLive(String(job?.id), String(job?.token))).toBe(true);
  }
});

test('each that asks has one job before any has others', async () => {
  await using own = await startTestRedis();
  await add(own, [1, 2, 3, 4, 5]);
  const { taker } = takerOf(own);
  const [first, second] = await Promise.all([taker.next(2), taker.next(4)]);
  expect([first, second].map(({ job }) => job?.id)).toEqual([1, 2].map(idOf));
  expect([first, second].map(({ others }) => others.map(({ id }) => id))).toEqual([[3, 4].map(idOf), [idOf(5)]]);
});

test('jobs that are added together are taken together by a worker that waits', async () => {
  await using own = await startTestRedis();
  const tokens: string[] = [];
  await using _worker = startWorker(own.redis, async ({ lock }) => {
    tokens.push(lock.token);
    return { do: 'done' };
  });
  await until(async () => (await own.redis.info('clients')).includes('blocked_clients:1'), 'it waits');
  await add(own, [1, 2, 3, 4, 5, 6, 7]);
  await until(() => tokens.length === 7, 'all are handled');
  expect(new Set(tokens).size).toBe(1);
  await until(async () => (await own.redis.llen(`${QUEUE}active`)) === 0, 'all are finished');
});

test('an empty queue has no next job, and says when the next delayed one is due', async () => {
  await using own = await startTestRedis();
  const { taker } = takerOf(own);
  expect(await taker.next()).toEqual({ others: [], nextAt: 0 });
  const now = Date.now();
  const producer = new Producer(own.redis, () => now);
  await producer.addDeliveries(0, 'custom', 'chat', [{ ...delivery(1), delayMs: 60_000 }]);
  expect(await taker.next()).toEqual({ others: [], nextAt: now + 60_000 });
});

test('a full Redis gives no job and loses none', async () => {
  await using own = await startTestRedis();
  const ranked = [1, 2].map((ordinal) => ({ ...delivery(ordinal), rank: ordinal }));
  await new Producer(own.redis).addDeliveries(0, 'custom', 'chat', ranked);
  await own.redis.config('SET', 'maxmemory', Math.round((await usedMemory(own.redis)) / 2));
  const { taker } = takerOf(own);
  await expect(taker.next()).rejects.toThrow('OOM');
  await own.redis.config('SET', 'maxmemory', 0);
  expect((await taker.next()).job?.id).toBe(idOf(1));
  expect((await taker.next()).job?.id).toBe(idOf(2));
});

test('a job that another worker has taken meanwhile is not finished for it', async () => {
  await using own = await startTestRedis();
  await using worker = startWorker(own.redis, async ({ lock }) => {
    await own.redis.set(lock.key, 'another');
    return { do: 'done' };
  });
  await add(own, [1]);
  await until(() => worker.errors.length > 0, 'it is reported');
  expect(await new Producer(own.redis).presence('deliveries-custom', 'chat', 0, [idOf(1)])).toEqual(['present']);
  expect(worker.errors[0]?.message).toContain(idOf(1));
});
