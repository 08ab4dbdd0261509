import { type EventRef, LANES, type Lane } from '@fanfare/core';
import { startTestRedis } from '@fanfare/testkit';
import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { acceptEvent, admitWaiting, isLoaded, parkEvent, readCursor } from '../../src/index.ts';
import { APP, accepted, keysOf, NOW } from '../support/events.ts';

const own = await startTestRedis({ args: ['--appendonly', 'no'] });
const { redis } = own;
afterAll(() => own[Symbol.asyncDispose]());

const PROVIDERS = ['fcm', 'apns', 'custom'] as const;
const LIMITS: Record<Lane, (active: number) => number> = {
  call: () => Number.POSITIVE_INFINITY,
  chat: (active) => Math.max(16, Math.min(800, Math.floor(3200 / active))),
  bulk: (active) => Math.max(500, Math.min(2000, Math.floor(8000 / active))),
};

const count = fc.oneof(fc.constantFrom(0, 16, 50, 100, 200, 500, 799, 800, 1000, 2000), fc.nat({ max: 2500 }));
const situation = fc.record({
  lane: fc.constantFrom(...LANES),
  ready: fc.tuple(count, count, count),
  retrying: fc.oneof(fc.constant(0), fc.constantFrom(2499, 2500, 4999, 5000)),
  others: fc.nat({ max: 120 }),
});

/** Writes how many deliveries are ready and retried, as the scripts count them: without zeros. */
async function write({ lane, ready, retrying, others }: Situation): Promise<void> {
  const counts = PROVIDERS.flatMap((provider, i) => (ready[i] ? [`${APP}|${provider}`, ready[i]] : []));
  const theirs = Array.from({ length: others }, (_, i) => [`app-${i}|custom`, 1]).flat();
  if (counts.length + theirs.length > 0) await redis.hset(`{p0}:load:${lane}`, ...counts, ...theirs);
  if (retrying > 0) await redis.hset(`{p0}:load:${lane}:retrying`, `${APP}|fcm`, retrying);
}

interface Situation {
  lane: Lane;
  ready: readonly number[];
  retrying: number;
  others: number;
}

/** Whether the app has this share of what it may have. */
function hasShare({ lane, ready, retrying, others }: Situation, share: number): boolean {
  if (lane === 'call') return false;
  const limit = LIMITS[lane](others + ready.filter((n) => n > 0).length);
  return ready.some((n) => n > 0 && n >= share * limit) || retrying >= share * 5000;
}

async function accept(lane: Lane): Promise<EventRef> {
  const { key, shard } = await acceptEvent(redis, accepted({ lane }), { shards: 1 });
  return { key, shard };
}

test('an event is parked while its app has what it may have ready, and admitted below half of that', async () => {
  await fc.assert(
    fc.asyncProperty(situation, async (one) => {
      await redis.flushall();
      const ref = await accept(one.lane);
      await write(one);
      const full = hasShare(one, 1);
      expect(await isLoaded(redis, ref)).toBe(full);
      expect(await parkEvent(redis, ref)).toBe(full ? 'parked' : 'room');
      // Once more, as after a lost answer.
      expect(await parkEvent(redis, ref)).toBe(full ? 'parked' : 'room');
      expect((await readCursor(redis, ref))?.admission).toBe(full ? 'waiting' : 'admitted');
      expect(await redis.zcard(`{p0}:admitted:${one.lane}`)).toBe(full ? 0 : 1);
      if (!full) return;
      await redis.del(`{p0}:load:${one.lane}`, `{p0}:load:${one.lane}:retrying`);
      const after = { ...one, ready: one.ready.map((n) => Math.floor(n / 2)), retrying: one.retrying / 2 };
      await write(after);
      const admitted = await admitWaiting(redis, [{ shard: 0, lane: one.lane, appId: APP }], NOW);
      const woken = admitted.flatMap(({ events }) => keysOf(events));
      expect(woken).toEqual(hasShare(after, 0.5) ? [] : [ref.key]);
    }),
    { numRuns: 300 },
  );
});
