import { startTestRedis } from '@fanfare/testkit';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { acceptEvent, handOver } from '../../src/index.ts';
import { accepted, lockOf, NOW, slice, users } from '../support/events.ts';

const own = await startTestRedis({ args: ['--appendonly', 'no'] });
const { redis } = own;
afterAll(() => own[Symbol.asyncDispose]());
beforeEach(() => redis.flushall());

const QUEUE = '{p0}:deliveries-custom-chat';
/** What BullMQ adds to a score for each priority, and the highest priority. */
const [SCORE, HIGHEST] = [2 ** 32, 2 ** 21 - 1];

let serial = 0;

/** Adds a job with a rank, as BullMQ does: equal ranks in the order of its counter. */
async function addJob(id: string, rank: number): Promise<void> {
  const count = await redis.incr(`${QUEUE}:pc`);
  await redis.zadd(`${QUEUE}:prioritized`, rank * SCORE + count, id);
}

/** Hands over an event of an app with so many deliveries, a job each. */
async function add(appId: string, count: number): Promise<void> {
  const one = accepted({ id: `e${++serial}`, appId, receivedAt: NOW + serial });
  const ref = await acceptEvent(redis, one, { shards: 1 });
  const all = Array.from({ length: count }, () => ({ id: `${appId} ${++serial}`, data: '{}', count: 1 }));
  const jobs = [{ provider: 'custom', options: '{}', jobs: all }] as const;
  const event = { key: ref.key, lock: await lockOf(redis, ref), number: 0, slice: slice(users(count)), jobs };
  const handed = await handOver(redis, { shard: 0, lane: 'chat', appId }, [event], NOW);
  expect(handed).toEqual([{ kind: 'done' }]);
}

/** Takes jobs off the queue, as a worker does; whose they are. */
async function take(count: number): Promise<string[]> {
  const jobs = await redis.zpopmin(`${QUEUE}:prioritized`, count);
  return jobs.filter((_, i) => i % 2 === 0).map((id) => id.split(' ')[0] as string);
}

test('an app that has nothing waiting is next, even after one that has hundreds waiting', async () => {
  for (let i = 0; i < 5; i++) await add('shop', 100);
  await take(50);
  await add('bank', 1);
  expect(await take(2)).toEqual(['shop', 'bank']);
});

test('apps that have jobs waiting take turns', async () => {
  await add('shop', 20);
  await add('bank', 20);
  await add('club', 20);
  const first = await take(30);
  for (const app of ['shop', 'bank', 'club']) expect(first.filter((one) => one === app)).toHaveLength(10);
});

test('an app that sent much while no other did is not behind one that begins to', async () => {
  for (let i = 0; i < 3; i++) {
    await add('shop', 100);
    await take(100);
  }
  await add('shop', 10);
  await add('bank', 10);
  expect((await take(10)).filter((one) => one === 'shop')).toHaveLength(5);
});

test('every app gets its share while it has jobs, whatever others add', async () => {
  const app = fc.constantFrom('shop', 'bank', 'club');
  const step = fc.oneof(
    fc.record({ app, add: fc.integer({ min: 1, max: 12 }) }),
    fc.record({ take: fc.integer({ min: 1, max: 20 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      await redis.flushall();
      for (const one of steps) {
        if ('take' in one) await take(one.take);
        else await add(one.app, one.add);
      }
      const left = await take(10_000);
      const waiting = [...new Set(left)];
      if (waiting.length < 2) return;
      const until = Math.min(...waiting.map((each) => left.lastIndexOf(each)));
      // The bound of start-time fair queueing for jobs of cost one, over every interval in which all have jobs.
      for (let from = 0; from <= until; from++) {
        const counts = waiting.map((each) => left.slice(from, until + 1).filter((one) => one === each).length);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
      }
    }),
    { numRuns: 40, endOnFailure: true },
  );
}, 60_000);

test('ranks begin anew before they exceed what BullMQ takes, and what waits stays in order', async () => {
  const near = HIGHEST - 9;
  await redis.hset('{p0}:ranks:deliveries-custom-chat', { ':now': near - 5, ':end': near + 5, shop: near + 5 });
  await addJob('old 1', near - 5);
  await addJob('old 2', near);
  await add('shop', 20);
  await add('bank', 1);
  const scores = await redis.zrange(`${QUEUE}:prioritized`, '0', '-1', 'WITHSCORES');
  expect(scores.filter((_, i) => i % 2 === 1).map((score) => Math.floor(Number(score) / SCORE))).toEqual([
    ...[1, 1, 6],
    ...Array.from({ length: 20 }, (_, i) => 11 + i),
  ]);
  expect(await take(4)).toEqual(['old', 'bank', 'old', 'shop']);
});

test('jobs that come back after ranks begin anew keep their place', async () => {
  const near = HIGHEST - 9;
  const priority = (id: string) => redis.hget(`${QUEUE}:${id}`, 'priority');
  // BullMQ reads this field when a job that is delayed or active goes back to those that wait.
  const store = (id: string, rank: number) => redis.hset(`${QUEUE}:${id}`, 'priority', rank);
  await redis.hset('{p0}:ranks:deliveries-custom-chat', { ':now': near - 5, ':end': near + 5, shop: near + 5 });
  await addJob('waiting', near - 5);
  await store('waiting', near - 5);
  await redis.zadd(`${QUEUE}:delayed`, NOW * 4096, 'retried', NOW * 4096, 'old', NOW * 4096, 'unranked');
  await store('retried', near - 2);
  await store('old', 7);
  await store('unranked', 0);
  await redis.lpush(`${QUEUE}:active`, 'in hand', 'gone');
  await store('in hand', near);
  await add('shop', 20);
  expect(await Promise.all(['waiting', 'retried', 'old', 'in hand'].map(priority))).toEqual(['1', '4', '1', '6']);
  expect(await Promise.all(['unranked', 'gone'].map(priority))).toEqual(['0', null]);
});
