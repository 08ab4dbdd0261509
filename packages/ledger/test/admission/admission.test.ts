import type { EventRef, Lane } from '@fanfare/core';
import { startTestRedis } from '@fanfare/testkit';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  acceptEvent,
  advance,
  changeLane,
  confirmAdmitted,
  planSlice,
  readAdmitted,
  readCursor,
  recountAdmitted,
  stepAside,
  wakeWaiting,
} from '../../src/index.ts';
import { accepted, HOUR, keysOf, left, lockOf, NOW, slice, users } from '../support/events.ts';

const own = await startTestRedis({ args: ['--appendonly', 'no'] });
const { redis } = own;
afterAll(() => own[Symbol.asyncDispose]());
beforeEach(() => redis.flushall());

let serial = 0;

/** Stores an event of an app; whether its job is to be added. */
async function accept(appId: string, over: Parameters<typeof accepted>[0] = {}): Promise<EventRef & { now: boolean }> {
  const one = accepted({ id: `e${++serial}`, appId, receivedAt: NOW + serial, ...over });
  const { key, shard, queueIn } = await acceptEvent(redis, one, { shards: 1 });
  return { key, shard, now: queueIn !== undefined };
}

const acceptMany = async (appId: string, count: number) => {
  const all: (EventRef & { now: boolean })[] = [];
  for (let i = 0; i < count; i++) all.push(await accept(appId));
  return all;
};

/** Plans an event to its end, for no recipient; the keys of the events admitted in its place. */
async function planFully(ref: EventRef, appId: string, now = NOW): Promise<string[]> {
  const none = slice([left('ann')]);
  await planSlice(redis, ref, appId, 0, none);
  return keysOf(await advance(redis, ref, await lockOf(redis, ref), 0, none, now));
}

/** Plans events to their end, which admits none: too few places are free. */
async function drain(events: readonly EventRef[], appId = 'shop'): Promise<void> {
  for (const ref of events) expect(await planFully(ref, appId)).toEqual([]);
}

const counts = () => redis.hgetall('{p0}:adm:chat');
const admitted = (lane: Lane = 'chat') => readAdmitted(redis, 0, lane, NOW + HOUR);

describe('an app', () => {
  test('has 64 events admitted at most; once 16 are planned, those that wait longest are, together', async () => {
    const all = await acceptMany('shop', 90);
    expect(all.filter(({ now }) => now)).toEqual(all.slice(0, 64));
    expect(await counts()).toEqual({ shop: '64' });
    await drain(all.slice(0, 15));
    expect(await planFully(all[15] as EventRef, 'shop')).toEqual(keysOf(all.slice(64, 80)));
    expect(await counts()).toEqual({ shop: '64' });
    await drain(all.slice(16, 31));
    expect(await planFully(all[31] as EventRef, 'shop')).toEqual(keysOf(all.slice(80, 90)));
    expect(await counts()).toEqual({ shop: '58' });
    expect(await redis.keys('{p0}:wait*')).toEqual([]);
  });

  test('with many events leaves room for another, however many wait', async () => {
    await acceptMany('shop', 200);
    expect((await acceptMany('bank', 64)).every(({ now }) => now)).toBe(true);
  });

  test('has its events admitted in the order in which they were received', async () => {
    const first = await acceptMany('shop', 64);
    const [late, early] = [await accept('shop', { receivedAt: NOW + 9000 }), await accept('shop', { receivedAt: NOW })];
    await drain(first.slice(0, 15));
    expect(await planFully(first[15] as EventRef, 'shop')).toEqual([early.key, late.key]);
  });

  test('only drains while its share is smaller than what it has', async () => {
    const shop = await acceptMany('shop', 70);
    for (let i = 0; i < 31; i++) await accept(`app-${i}`);
    // 32 apps: 16 each.
    await drain(shop.slice(0, 51));
    expect(await planFully(shop[51] as EventRef, 'shop')).toEqual(keysOf(shop.slice(64, 68)));
  });

  test('has a lane of its own for calls', async () => {
    await acceptMany('shop', 70);
    expect((await accept('shop', { lane: 'call' })).now).toBe(true);
  });

  test('keeps an event waiting behind those that wait, even if there is room', async () => {
    const all = await acceptMany('shop', 65);
    await redis.del('{p0}:adm:chat');
    expect((await accept('shop')).now).toBe(false);
    expect((await wakeWaiting(redis, 0, 'chat', NOW))[0]?.key).toBe(all[64]?.key);
  });
});

describe('an app whose events are for groups', () => {
  /** Plans an event to its end, for so many recipients. */
  async function planFor(ref: EventRef, count: number): Promise<string[]> {
    const all = slice(users(count));
    await planSlice(redis, ref, 'shop', 0, all);
    return keysOf(await advance(redis, ref, await lockOf(redis, ref), 0, all, NOW));
  }

  test('has no more of them admitted than it may have deliveries ready', async () => {
    const all = await acceptMany('shop', 85);
    expect(await planFor(all[0] as EventRef, 50)).toEqual([]);
    for (const { key } of all.slice(1, 64)) await redis.del(`{p0}:ev:${key}`);
    await redis.del('{p0}:adm:chat', '{p0}:admitted:chat');
    // 750 more may be ready: fifteen times 50.
    const woken = keysOf(await wakeWaiting(redis, 0, 'chat', NOW));
    expect(woken).toEqual(keysOf(all.slice(64, 79)));
    expect(await planFor({ key: woken[0] as string, shard: 0 }, 50)).toEqual([]);
    expect(await redis.hgetall('{p0}:sizes:chat')).toEqual({ shop: '50' });
  });
});

describe('an event', () => {
  test('that waits for something else gives its place away, once, and takes none when it is planned', async () => {
    const all = await acceptMany('shop', 66);
    const first = all[0] as EventRef;
    await drain(all.slice(1, 16));
    expect(keysOf(await stepAside(redis, first, NOW))).toEqual(keysOf(all.slice(64)));
    expect(await stepAside(redis, first, NOW)).toEqual([]);
    expect((await readCursor(redis, first))?.admission).toBeUndefined();
    expect(await planFully(first, 'shop')).toEqual([]);
    expect(await counts()).toEqual({ shop: '50' });
  });

  test('that changes its lane gives its place away, and is admitted to the other or waits there', async () => {
    const chat = await acceptMany('shop', 66);
    await drain(chat.slice(2, 17));
    expect(await changeLane(redis, chat[0] as EventRef, 'chat', 'bulk', NOW)).toEqual({
      moved: [{ key: chat[0]?.key }],
      admitted: chat.slice(64).map(({ key }) => expect.objectContaining({ key })),
    });
    for (let i = 0; i < 63; i++) await accept('shop', { lane: 'bulk' });
    expect(await changeLane(redis, chat[1] as EventRef, 'chat', 'bulk', NOW)).toEqual({
      moved: [],
      admitted: [],
    });
    expect(await admitted('bulk')).toContain(chat[0]?.key);
    expect((await readCursor(redis, chat[1] as EventRef))?.admission).toBe('waiting');
  });

  test('that expired while it waited is dropped', async () => {
    const all = await acceptMany('shop', 66);
    await redis.del(`{p0}:ev:${all[64]?.key}`);
    await drain(all.slice(1, 16));
    expect(await planFully(all[0] as EventRef, 'shop')).toEqual([all[65]?.key]);
    expect(await redis.zscore('{p0}:open:chat', all[64]?.key as string)).toBeNull();
  });

  test('that is posted again has its job added again while it is not fully planned and does not wait', async () => {
    const again = async (key: string, id: string) => {
      const answer = await acceptEvent(redis, accepted({ id, appId: 'shop', lane: 'bulk' }), { shards: 1 });
      expect(answer).toMatchObject({ key, duplicate: true });
      return answer.queueIn;
    };
    const first = await accept('shop', { id: 'first' });
    expect(await again(first.key, 'first')).toBe('chat');
    const others = await acceptMany('shop', 63);
    const late = await accept('shop', { id: 'late' });
    expect(await again(late.key, 'late')).toBeUndefined();
    await drain(others.slice(0, 15));
    await planFully(first, 'shop');
    expect(await again(first.key, 'first')).toBeUndefined();
    expect(await again(late.key, 'late')).toBe('chat');
  });
});

describe('the sweeper', () => {
  test('is shown the events that were admitted a while ago, and each once a while', async () => {
    const { key } = await accept('shop', { receivedAt: NOW });
    await accept('shop', { receivedAt: NOW + 10 });
    expect(await readAdmitted(redis, 0, 'chat', NOW + 9)).toEqual([key]);
    expect(await confirmAdmitted(redis, 0, 'chat', [key], NOW + 20)).toEqual([key]);
    expect(await readAdmitted(redis, 0, 'chat', NOW + 9)).toEqual([]);
  });

  test('takes away the place of an event whose record has expired', async () => {
    const [gone, stays] = await acceptMany('shop', 2);
    await redis.del(`{p0}:ev:${gone?.key}`);
    expect(await confirmAdmitted(redis, 0, 'chat', keysOf([gone, stays] as EventRef[]), NOW)).toEqual([stays?.key]);
    expect(await recountAdmitted(redis, 0, 'chat')).toBe(true);
    expect(await counts()).toEqual({ shop: '1' });
    expect(await recountAdmitted(redis, 0, 'chat')).toBe(false);
  });

  test('admits what waits although there is room', async () => {
    const all = await acceptMany('shop', 90);
    await redis.hset('{p0}:adm:chat', 'shop', 48);
    expect(keysOf(await wakeWaiting(redis, 0, 'chat', NOW))).toEqual(keysOf(all.slice(64, 80)));
    expect(await wakeWaiting(redis, 0, 'chat', NOW)).toEqual([]);
  });
});

test('whatever apps post and workers do, the places add up, and a leave refills those of its app', async () => {
  const app = fc.integer({ min: 0, max: 150 }).map((n) => `app-${n % 3 === 0 ? 0 : n}`);
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('accept' as const), app, count: fc.constantFrom(1, 5, 70) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('plan' as const), pick: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('aside' as const), pick: fc.nat() }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      await redis.flushall();
      const places = new Map<string, Set<string>>();
      const waiting = new Map<string, string[]>();
      const share = (appId: string) => {
        const apps = [...places.values()].filter(({ size }) => size > 0).length;
        return Math.max(4, Math.min(64, Math.floor(512 / (apps + (placesOf(appId).size === 0 ? 1 : 0)))));
      };
      const placesOf = (appId: string) => places.get(appId) ?? new Set<string>();
      const listOf = (appId: string) => waiting.get(appId) ?? [];
      const take = (appId: string, key: string) => places.set(appId, placesOf(appId).add(key));
      const refill = (appId: string) => {
        const keys: string[] = [];
        if (placesOf(appId).size > 0.75 * share(appId)) return keys;
        while (listOf(appId).length > 0 && placesOf(appId).size < share(appId)) {
          const key = listOf(appId).shift() as string;
          take(appId, key);
          keys.push(key);
        }
        return keys;
      };
      for (const one of steps) {
        if (one.do === 'accept') {
          for (const { key, now } of await acceptMany(one.app, one.count)) {
            const fits = listOf(one.app).length === 0 && placesOf(one.app).size < share(one.app);
            expect(now).toBe(fits);
            if (fits) take(one.app, key);
            else waiting.set(one.app, [...listOf(one.app), key]);
          }
          continue;
        }
        const all = [...places].flatMap(([appId, keys]) => [...keys].map((key) => ({ appId, key, shard: 0 })));
        const picked = all[one.pick % all.length];
        if (!picked) continue;
        placesOf(picked.appId).delete(picked.key);
        const aside = async () => keysOf(await stepAside(redis, picked, NOW));
        const woken = one.do === 'plan' ? await planFully(picked, picked.appId) : await aside();
        expect(woken).toEqual(refill(picked.appId));
        const isWaiting = listOf(picked.appId).length > 0;
        expect(!isWaiting || placesOf(picked.appId).size > 0.75 * share(picked.appId)).toBe(true);
      }
      const expected = [...places].filter(([, keys]) => keys.size > 0);
      expect(await counts()).toEqual(Object.fromEntries(expected.map(([appId, { size }]) => [appId, String(size)])));
      expect(new Set(await admitted())).toEqual(new Set(expected.flatMap(([, keys]) => [...keys])));
      const lists = [...waiting].filter(([, keys]) => keys.length > 0).map(([appId]) => appId);
      expect(new Set(await redis.smembers('{p0}:waiting:chat'))).toEqual(new Set(lists));
      expect(await recountAdmitted(redis, 0, 'chat')).toBe(false);
    }),
    { numRuns: 40 },
  );
}, 120_000);
