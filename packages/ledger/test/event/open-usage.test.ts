import { type EventRef, LANES, type Lane } from '@fanfare/core';
import { startTestRedis } from '@fanfare/testkit';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Redis } from 'ioredis';
import {
  advance,
  changeLane,
  claimDueEvents,
  type FoundDeadLetter,
  listDeadLetters,
  oldestOpen,
  parkEvent,
  planSlice,
  readOpenUsage,
  readProgress,
  reopen,
  stepAside,
  wakeWaiting,
} from '../../src/index.ts';
import { APP, becomes, HOUR, lockOf, NOW, planned, settleAll, slice, stored, users } from '../support/events.ts';

const LATER = NOW + 60_000;
const usage = async (redis: Redis, calls = false) => (await readOpenUsage(redis, APP, 1))[calls ? 'calls' : 'others'];
const sweepLane = (redis: Redis, lane: Lane) => claimDueEvents(redis, 0, lane, { now: LATER, again: LATER });
/** As when its retention ends. */
const expire = (redis: Redis, { key }: EventRef) => redis.del(`{p0}:ev:${key}`);

/** What is open by the records themselves: those without an end. */
async function openRecords(redis: Redis, calls: boolean) {
  const open = { count: 0, bytes: 0 };
  for (const name of await redis.keys('{p0}:ev:*')) {
    const { lane, done, ev = '' } = await redis.hgetall(name);
    if (done || (lane === 'call') !== calls) continue;
    open.count += 1;
    open.bytes += ev.length;
  }
  return open;
}

/** Each open event is looked at, or waits and has not begun: those that wait and have begun have a negative score. */
async function expectInOneList(redis: Redis): Promise<void> {
  const listed: string[] = [];
  for (const lane of LANES) {
    const looked = await redis.zrange(`{p0}:open-looks:${lane}:${APP}`, '0', '-1');
    const list = `{p0}:wait:${lane}:${APP}`;
    listed.push(...looked, ...(await redis.zrange(list, '0', '+inf', 'BYSCORE')));
    expect(looked).toEqual(expect.arrayContaining(await redis.zrange(list, '-inf', '(0', 'BYSCORE')));
  }
  const records = await redis.keys('{p0}:ev:*');
  const isOpen = await Promise.all(records.map(async (name) => (await redis.hexists(name, 'done')) === 0));
  const open = records.filter((_, i) => isOpen[i]).map((name) => name.slice('{p0}:ev:'.length));
  expect(listed).toHaveLength(open.length);
  expect(new Set(listed)).toEqual(new Set(open));
}

const pick = fc.nat();
const step = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('accept' as const),
      lane: fc.constantFrom(...LANES),
      count: fc.integer({ min: 1, max: 70 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('plan' as const),
      pick,
      deliveries: fc.constantFrom(0, 1, 900),
      last: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      pick,
      as: fc.constantFrom('accepted' as const, 'rejected' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('park' as const), pick }) },
  fc.record({ do: fc.constant('step aside' as const), pick }),
  fc.record({ do: fc.constant('change lane' as const), pick }),
  fc.record({ do: fc.constant('replay' as const) }),
  fc.record({ do: fc.constant('sweep' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Events of one app, as the processes would move them. */
class Life {
  readonly #redis: Redis;
  readonly #refs: EventRef[] = [];

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async run(one: Step): Promise<void> {
    const redis = this.#redis;
    if (one.do === 'accept') {
      for (let n = 0; n < one.count; n++) {
        this.#refs.push(await stored(redis, { id: `e${this.#refs.length}`, to: 'x'.repeat(n), lane: one.lane }));
      }
    } else if (one.do === 'sweep') {
      for (const lane of LANES) {
        await wakeWaiting(redis, 0, lane, NOW);
        await sweepLane(redis, lane);
      }
    } else if (one.do === 'replay') {
      const [letter] = (await listDeadLetters(redis, APP, 1, { limit: 1 })).letters;
      if (letter) await reopen(redis, APP, letter, { now: NOW, deadline: LATER, sweepAt: LATER });
    } else {
      const ref = this.#refs[one.pick % this.#refs.length];
      if (ref) await this.#move(ref, one);
    }
  }

  async #move(ref: EventRef, one: Step & { pick: number }): Promise<void> {
    const redis = this.#redis;
    const progress = await readProgress(redis, ref);
    const [adm, number = '0'] = await redis.hmget(`{p0}:ev:${ref.key}`, 'adm', 'slice');
    const hasJob = progress?.state === 'expanding' && adm !== '0';
    if (one.do === 'settle') {
      const planned = progress?.counts.planned ?? 0;
      await settleAll(
        redis,
        ref,
        Array.from({ length: planned }, (_, i) => becomes(i, one.as)),
      );
    }
    if (!hasJob) return;
    if (one.do === 'park') await parkEvent(redis, ref);
    if (one.do === 'step aside') await stepAside(redis, ref, NOW);
    if (one.do === 'change lane') await changeLane(redis, ref, 'chat', 'bulk', NOW);
    if (one.do === 'plan') {
      const part = slice(users(one.deliveries), { first: progress.counts.planned, last: one.last });
      await planSlice(redis, ref, APP, Number(number), part);
      await advance(redis, ref, await lockOf(redis, ref), Number(number), part, NOW);
    }
  }
}

test('the open events of an app are those that are looked at, and those that wait and have not begun', async () => {
  await using own = await startTestRedis({ args: ['--appendonly', 'no'] });
  const { redis } = own;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
      await redis.flushall();
      const life = new Life(redis);
      for (const one of steps) await life.run(one);
      await expectInOneList(redis);
      for (const calls of [false, true]) {
        const { count, bytes } = await openRecords(redis, calls);
        const counted = await redis.hgetall(`{p0}:open-${calls ? 'calls-' : ''}usage:${APP}`);
        expect(counted).toEqual(count === 0 ? {} : { count: String(count), bytes: String(bytes) });
        expect(await usage(redis, calls)).toEqual({ count, bytes });
      }
    }),
    { numRuns: 30 },
  );
}, 120_000);

test('an event that was parked is admitted before those that have not begun, and counts once', async () => {
  await using own = await startTestRedis();
  const { redis } = own;
  const [first, ...others] = await Promise.all(Array.from({ length: 66 }, (_, i) => stored(redis, { id: `e${i}` })));
  const whole = slice(users(900));
  await planSlice(redis, others[0] as EventRef, APP, 0, whole);
  expect(await parkEvent(redis, first as EventRef)).toBe('parked');
  expect((await usage(redis)).count).toBe(66);
  expect(await oldestOpen(redis, APP, 1)).toBe(NOW);
  await redis.del('{p0}:load:chat', '{p0}:adm:chat');
  expect((await wakeWaiting(redis, 0, 'chat', NOW))[0]?.key).toBe(first?.key);
  expect((await usage(redis)).count).toBe(66);
});

describe('events that expire', () => {
  test('count until the next reading if they wait, until the sweeper comes if not, and so do their bytes', async () => {
    await using own = await startTestRedis();
    const { redis } = own;
    const refs: EventRef[] = [];
    for (let i = 0; i < 70; i++) refs.push(await stored(redis, { id: `e${i + 10}` }));
    const { bytes } = await usage(redis);
    for (const ref of refs) await expire(redis, ref);
    expect(await usage(redis)).toEqual({ count: 64, bytes: (bytes * 64) / 70 });
    expect(await redis.exists(`{p0}:wait:chat:${APP}`, '{p0}:waiting:chat')).toBe(0);
    expect(await redis.zcard('{p0}:open:chat')).toBe(64);
    const last = await stored(redis, { id: 'e99' });
    for (let n = 0; n < 7; n++) await sweepLane(redis, 'chat');
    expect(await usage(redis)).toEqual({ count: 1, bytes: bytes / 70 });
    await expire(redis, last);
    await sweepLane(redis, 'chat');
    expect(await usage(redis)).toEqual({ count: 0, bytes: 0 });
    expect(await redis.keys('{p0}:open*')).toEqual([]);
  });

  test('take what was counted with them, at the latest when the last would have expired', async () => {
    await using own = await startTestRedis();
    const { key } = await stored(own.redis);
    const until = await own.redis.pexpiretime(`{p0}:ev:${key}`);
    await stored(own.redis, { id: 'e2', lane: 'bulk' });
    expect(await own.redis.pexpiretime(`{p0}:open-usage:${APP}`)).toBe(until);
  });
});

test('an event that is done and was put back on the list is looked at no more', async () => {
  await using own = await startTestRedis();
  const ref = await planned(own.redis, users(1));
  await settleAll(own.redis, ref, [becomes(0, 'accepted')]);
  await own.redis.zadd(`{p0}:open-looks:chat:${APP}`, 1, ref.key);
  await own.redis.zadd('{p0}:open-looks:chat', 1, APP);
  expect((await usage(own.redis)).count).toBe(1);
  expect(await sweepLane(own.redis, 'chat')).toEqual([]);
  expect((await usage(own.redis)).count).toBe(0);
});

test('a replay counts its event once, until it is done again', async () => {
  await using own = await startTestRedis();
  const { redis } = own;
  const ref = await planned(redis, users(2));
  const before = await usage(redis);
  await settleAll(redis, ref, [becomes(0, 'rejected'), becomes(1, 'rejected')]);
  expect((await usage(redis)).count).toBe(0);
  for (const letter of (await listDeadLetters(redis, APP, 1, { limit: 2 })).letters) {
    const when = { now: NOW, deadline: NOW + HOUR, sweepAt: LATER };
    expect(await reopen(redis, APP, letter as FoundDeadLetter, when)).toBe(true);
    expect(await usage(redis)).toEqual(before);
  }
  await settleAll(redis, ref, [becomes(0, 'accepted'), becomes(1, 'accepted')]);
  expect(await usage(redis)).toEqual({ count: 0, bytes: 0 });
});

test('events of an older version count, their bytes as those of the others, and its own counts go', async () => {
  await using own = await startTestRedis();
  const { redis } = own;
  const old = await planned(redis, users(1), { id: 'old' });
  const { bytes } = await usage(redis);
  await redis.del(`{p0}:open-usage:${APP}`);
  await redis.zadd(`{p0}:open-of:${APP}`, NOW + HOUR, `${old.key} 200`);
  await redis.set(`{p0}:open-bytes:${APP}`, 200);
  expect(await usage(redis)).toEqual({ count: 1, bytes: 0 });
  await stored(redis, { id: 'new' });
  expect(await usage(redis)).toEqual({ count: 2, bytes: 2 * bytes });
  await settleAll(redis, old, [becomes(0, 'accepted')]);
  expect(await usage(redis)).toEqual({ count: 1, bytes });
  expect(await redis.exists(`{p0}:open-of:${APP}`, `{p0}:open-bytes:${APP}`)).toBe(0);
});
