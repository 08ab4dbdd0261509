import { startHeartbeat } from '@fanfare/redis';
import { startTestRedis, type TestRedis, until } from '@fanfare/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { acceptEvent, acceptEvents, followShards, type Shards, servedShards } from '../../src/index.ts';
import { spreadOver } from '../../src/shards/spread-over.ts';
import { accepted } from '../support/events.ts';

const HOUR = 3_600_000;

let own: TestRedis;
let clock: number;
beforeAll(async () => {
  own = await startTestRedis();
});
afterAll(() => own[Symbol.asyncDispose]());
beforeEach(async () => {
  await own.redis.flushall();
  clock = Date.now();
});

const onError = (error: Error) => {
  throw error;
};

const follow = (wanted: number, places = true): Promise<Shards> =>
  followShards({ redis: own.redis, wanted, places, now: () => clock, onError });

/** A worker on the shards below this number. */
function startWorker(role: 'fanout' | 'sender', count: number) {
  const shards = Array.from({ length: count }, (_, shard) => shard);
  const facts = () => ({ shards, ...(role === 'sender' ? { providers: ['fcm'] } : {}) });
  return startHeartbeat({ redis: own.redis, role, facts, now: () => clock, onError });
}

const becomes = (shards: Shards, placed: number) =>
  until(() => shards.placed === placed, `events are spread over ${placed}`);

describe('events are spread over what workers serve', () => {
  const fanout = (...shards: number[]) => ({ role: 'fanout' as const, shards });
  const sender = (provider: string, ...shards: number[]) => ({
    role: 'sender' as const,
    providers: [provider],
    shards,
  });

  test('by the best of each step, and by the weakest step', () => {
    expect(spreadOver([fanout(0), fanout(0, 1, 2, 3)], 8)).toBe(4);
    expect(spreadOver([fanout(0, 1, 2, 3), sender('fcm', 0, 1)], 8)).toBe(2);
    expect(spreadOver([fanout(0, 1, 2, 3), sender('fcm', 0, 1), sender('fcm', 0, 1, 2)], 8)).toBe(3);
    expect(spreadOver([fanout(0, 1, 2, 3), sender('fcm', 0, 1, 2, 3), sender('apns', 0)], 8)).toBe(1);
  });

  test('never over more than the setting, which counts alone while no worker lives', () => {
    expect(spreadOver([fanout(0, 1, 2, 3)], 2)).toBe(2);
    expect(spreadOver([], 8)).toBe(8);
    expect(spreadOver([{ role: 'ingest' }, { role: 'console' }], 8)).toBe(8);
  });
});

test('a raised number counts once a fanout and a sender serve it, and every ingest knows of it', async () => {
  const old = await follow(1);
  const [fanout, sender] = [startWorker('fanout', 4), startWorker('sender', 1)];
  await until(async () => (await own.redis.zcard('{p0}:processes')) === 2, 'they report');
  const raised = await follow(4);
  expect(raised.placed).toBe(1);
  const newSender = startWorker('sender', 4);
  await until(() => old.all === 4, 'the other ingest knows');
  expect(raised.placed).toBe(1);
  clock += 5000;
  await becomes(raised, 4);
  expect(old.placed).toBe(1);
  for (const one of [fanout, sender, newSender]) await one.close();
  for (const one of [old, raised]) one.close();
});

test('shards that cannot be told their number do not end a look, and are told ten seconds later', async () => {
  const [notRead, notWritten]: [string[], string[]] = [[], []];
  let looks = 0;
  const shards = await followShards({
    ...{ redis: own.redis, wanted: 2, places: true, now: () => clock },
    onError: ({ message }) => notRead.push(message),
    onNotWritten: ({ message }) => notWritten.push(message),
  });
  shards.onLook(async () => void looks++);
  const isInUse = () => own.redis.exists('{p0}:shards');
  expect(await isInUse()).toBe(1);
  await own.redis.del('{p0}:shards');
  await own.redis.config('SET', 'maxmemory', '1');
  clock += 10_000;
  await until(() => notWritten.length === 1 && looks >= 3, 'looks go on');
  expect([notRead, notWritten.length]).toEqual([[], 1]);
  await own.redis.config('SET', 'maxmemory', '0');
  clock += 10_000;
  await until(async () => (await isInUse()) === 1, 'it is written');
  shards.close();
});

test('a repeat finds its event when an ingest with one shard gets it', async () => {
  const [old, raised] = [await follow(1), await follow(4)];
  await until(() => old.all === 4, 'it knows of the others');
  const event = Array.from({ length: 20 }, (_, i) => accepted({ id: `e${i}`, to: `user-${i}` }));
  const first = await acceptEvents(
    own.redis,
    event.map((each) => ({ accepted: each })),
    4,
  );
  const again = await acceptEvents(
    own.redis,
    event.map(({ event: { id } }, i) => ({ accepted: accepted({ id, to: `user-${i}` }) })),
    old.placed,
    old.all,
  );
  expect(again).toEqual(first.map((one) => ({ ...one, duplicate: true, rank: undefined })).map(withoutUndefined));
  for (const one of [old, raised]) one.close();
});

test('after lowering nothing new goes to the others, and workers serve those that hold something', async () => {
  const before = await follow(8);
  expect(before.placed).toBe(8);
  const { shard } = await acceptEvent(own.redis, accepted({ to: 'user-2' }), { shards: 8 });
  expect(shard).toBeGreaterThan(0);
  const [ingest, worker] = [await follow(1), await follow(1, false)];
  expect(ingest).toMatchObject({ placed: 1, all: 8 });
  expect(await servedShards(own.redis, 1, worker.all)).toEqual([0, shard]);
  expect(await servedShards(own.redis, 8, worker.all)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  for (const one of [before, ingest, worker]) one.close();
  clock += (168 + 49) * HOUR;
  const later = await follow(1);
  expect(later.all).toBe(1);
  later.close();
});

const withoutUndefined = (value: object) => JSON.parse(JSON.stringify(value));
