import { startTestRedis, type TestRedis } from '@fanfare/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addStats, counter, finestSince, parseCounter, readStats, Stats, type StatsStep } from '../../src/index.ts';
import { APP } from '../support/events.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** The start of an hour, in real time: Redis expires by its own clock. */
const AT = Math.floor(Date.now() / HOUR) * HOUR;

let own: TestRedis;
beforeAll(async () => {
  own = await startTestRedis({ args: ['--appendfsync', 'no'] });
});
afterAll(() => own[Symbol.asyncDispose]());
beforeEach(() => own.redis.flushall());

const add = (counts: Record<string, number>, at: number, appId = APP) =>
  addStats(own.redis, appId, new Map(Object.entries(counts)), at);

const read = async (step: StatsStep, from = AT - 30 * 24 * HOUR, to = AT + HOUR) =>
  (await readStats(own.redis, APP, step, { from, to })).map(({ at, counts }) => [at - AT, Object.fromEntries(counts)]);

test('what is counted is in the step of its time, in minutes, five minutes and hours', async () => {
  await add({ a: 1, b: 2 }, AT + 1);
  await add({ b: 300, c: 70_000 }, AT + MINUTE);
  await add({ a: 5 }, AT + 59 * MINUTE);
  expect(await read('1m')).toEqual([
    [0, { a: 1, b: 2 }],
    [MINUTE, { b: 300, c: 70_000 }],
    [59 * MINUTE, { a: 5 }],
  ]);
  expect(await read('5m')).toEqual([
    [0, { a: 1, b: 302, c: 70_000 }],
    [55 * MINUTE, { a: 5 }],
  ]);
  expect(await read('1h')).toEqual([[0, { a: 6, b: 302, c: 70_000 }]]);
  expect(await read('1m', AT + MINUTE, AT + 2 * MINUTE)).toHaveLength(1);
  expect(await readStats(own.redis, 'bank', '1m', { from: AT, to: AT + HOUR })).toEqual([]);
});

test('whatever is added in whatever order, every step has the sum of what was added to it', async () => {
  const name = fc.integer({ min: 0, max: 400 }).map((i) => `n${i}`);
  const growth = fc.record({
    minute: fc.integer({ min: 0, max: 59 }),
    name,
    n: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 2 ** 40 })),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(growth, { minLength: 1, maxLength: 40 }), async (all) => {
      await own.redis.flushall();
      const sums = new Map<number, Record<string, number>>();
      for (const { minute, name: one, n } of all) {
        await add({ [one]: n }, AT + minute * MINUTE);
        if (n === 0) continue;
        const sum = sums.get(minute) ?? {};
        sum[one] = (sum[one] ?? 0) + n;
        sums.set(minute, sum);
      }
      expect(new Map((await read('1m', AT, AT + HOUR)) as [number, object][])).toEqual(
        new Map([...sums].map(([minute, sum]) => [minute * MINUTE, sum])),
      );
    }),
    { numRuns: 25 },
  );
});

test('a thousand counters fit, most of which a step does not have', async () => {
  const all = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`n${i}`, i + 1]));
  await add(all, AT);
  await add({ n999: 1, n0: 1 }, AT + MINUTE);
  expect(await read('1m')).toEqual([
    [0, all],
    [MINUTE, { n0: 1, n999: 1 }],
  ]);
  expect(await own.redis.strlen(`stats:{${APP}}:m:${AT / HOUR}`)).toBeLessThan(2000);
});

test('everything expires: minutes after 3 hours, five minutes after 48, hours after 30 days', async () => {
  await add({ a: 1 }, AT);
  const left = async (key: string) => ((await own.redis.pexpiretime(`stats:{${APP}}:${key}`)) - AT) / HOUR;
  expect(await left(`m:${AT / HOUR}`)).toBe(4);
  expect(await left(`f:${Math.floor(AT / (4 * HOUR))}`)).toBeGreaterThanOrEqual(48);
  const hours = await left(`h:${Math.floor(AT / (48 * HOUR))}`);
  expect(hours).toBeGreaterThanOrEqual(30 * 24);
  expect(await left('places')).toBe(hours);
  expect([finestSince(AT - 3 * HOUR, AT), finestSince(AT - 4 * HOUR, AT), finestSince(AT - 49 * HOUR, AT)]).toEqual([
    '1m',
    '5m',
    '1h',
  ]);
});

test('an app that is active for 30 days, in all lanes and with two providers, takes less than 200 KB', async () => {
  const counts = new Map<string, number>();
  for (const lane of ['call', 'chat', 'bulk'] as const) {
    counts.set(counter.event(lane), 40);
    for (const provider of ['fcm', 'apns'] as const) {
      for (const state of ['accepted', 'token_dead', 'expired'] as const) {
        counts.set(counter.settled(provider, lane, state), state === 'accepted' ? 900 : 12);
      }
    }
    for (const ms of [80, 200, 400, 900, 2000]) counts.set(counter.latency(lane, ms), 150);
  }
  for (const reason of ['MUTE_PREFERENCE', 'DND_PREFERENCE', 'NO_TARGET', 'SCHEDULE_PREFERENCE', 'X', 'Y']) {
    counts.set(counter.suppressed(reason), 30);
  }
  const every = (n: number) => new Map([...counts].map(([name, count]) => [name, count * n]));
  // As if it had gone on for 30 days: each series is filled as far back as it is kept.
  const fill = async (forMs: number, stepMs: number, growth: ReadonlyMap<string, number>) => {
    const times = Array.from({ length: forMs / stepMs }, (_, i) => AT - forMs + i * stepMs);
    await Promise.all(times.map((at) => addStats(own.redis, APP, growth, at)));
  };
  await fill(30 * 24 * HOUR, HOUR, every(60));
  await fill(48 * HOUR, 5 * MINUTE, every(5));
  await fill(3 * HOUR, MINUTE, counts);
  let bytes = 0;
  for (const key of await own.redis.keys(`stats:{${APP}}:*`)) {
    bytes += (await own.redis.memory('USAGE', key, 'SAMPLES', 0)) ?? 0;
  }
  expect((await readStats(own.redis, APP, '1h', { from: 0, to: AT })).length).toBeGreaterThan(700);
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(200_000);
}, 60_000);

test('a process adds up in memory, and writes all of it at the latest when it stops', async () => {
  const stats = new Stats({ redis: own.redis, now: () => AT, onError: () => undefined });
  stats.add(APP, 'a');
  stats.add(APP, 'a', 2);
  stats.add('bank', 'a');
  stats.add('bank', 'b', 0);
  stats.add('idle', 'a', 0);
  expect(await own.redis.keys('*')).toEqual([]);
  await stats.close();
  expect(await read('1m')).toEqual([[0, { a: 3 }]]);
  expect(await readStats(own.redis, 'bank', '1m', { from: AT, to: AT + HOUR })).toHaveLength(1);
  expect(await own.redis.hkeys('stats:{bank}:places')).toEqual(['a']);
  expect(await own.redis.exists('stats:{idle}:places')).toBe(0);
});

test('what could not be written is written with the next', async () => {
  const errors: string[] = [];
  const stats = new Stats({ redis: own.redis, now: () => AT, onError: ({ message }) => errors.push(message) });
  await own.redis.set(`stats:{${APP}}:places`, 'not a hash');
  stats.add(APP, 'a', 2);
  await stats.flush();
  expect(errors).toEqual([expect.stringContaining('WRONGTYPE')]);
  await own.redis.flushall();
  stats.add(APP, 'a');
  await stats.close();
  expect(await read('1m')).toEqual([[0, { a: 3 }]]);
});

test('what was written of some apps is not written again when another app fails', async () => {
  const errors: string[] = [];
  const stats = new Stats({ redis: own.redis, now: () => AT, onError: ({ message }) => errors.push(message) });
  await own.redis.set('stats:{bank}:places', 'not a hash');
  stats.add('bank', 'a', 2);
  stats.add(APP, 'a', 2);
  await stats.flush();
  await stats.flush();
  expect(errors).toEqual([expect.stringContaining('WRONGTYPE'), expect.stringContaining('WRONGTYPE')]);
  await own.redis.del('stats:{bank}:places');
  await stats.close();
  expect(await read('1m')).toEqual([[0, { a: 2 }]]);
  const [bank] = await readStats(own.redis, 'bank', '1m', { from: AT, to: AT + HOUR });
  expect(bank?.counts).toEqual(new Map([['a', 2]]));
});

test('a counter is known by its name', () => {
  expect(parseCounter(counter.event('call'))).toEqual({ kind: 'event', lane: 'call' });
  expect(parseCounter(counter.settled('fcm', 'bulk', 'token_dead'))).toEqual({
    kind: 'settled',
    provider: 'fcm',
    lane: 'bulk',
    state: 'token_dead',
  });
  expect(parseCounter(counter.suppressed('NO_TARGET'))).toEqual({ kind: 'suppressed', reason: 'NO_TARGET' });
  expect(parseCounter(counter.latency('chat', 100))).toEqual({ kind: 'latency', lane: 'chat', bucket: 0 });
  expect(parseCounter(counter.latency('chat', 101))).toMatchObject({ bucket: 1 });
  expect(parseCounter(counter.latency('chat', 9e9))).toMatchObject({ bucket: 12 });
  expect(parseCounter('q|chat')).toBeUndefined();
});
