import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Fleet, type Scene } from './fleet/fleet.ts';

const NODES = 100;
const CONCURRENCY = 100;
const UNTIL_MS = 90_000;

const scenes = fc.record({
  servers: fc.integer({ min: 5, max: 20 }),
  serviceMs: fc.integer({ min: 20, max: 100 }),
  how: fc.constantFrom('refuses' as const, 'hangs' as const),
  outageMs: fc.integer({ min: 3000, max: 20_000 }),
  /** Of the capacity, of all apps together. */
  load: fc.double({ min: 0.1, max: 0.5, noNaN: true }),
  apps: fc.integer({ min: 1, max: 3 }),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
});
type Drawn = typeof scenes extends fc.Arbitrary<infer T> ? T : never;

function sceneOf({ servers, serviceMs, how, outageMs, load, apps, seed }: Drawn): Scene {
  let state = seed;
  const capacity = (servers * 1000) / serviceMs;
  return {
    nodes: NODES,
    concurrency: CONCURRENCY,
    limit: 75,
    servers,
    serviceMs,
    outage: { from: 3000, to: 3000 + outageMs, how },
    rates: Array.from({ length: apps }, () => (Math.min(capacity, 300) * load) / apps),
    trafficMs: 25_000,
    deadlineMs: 60_000,
    random: () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    },
  };
}

/** The most arrivals in a second that begins after the outage. */
function mostAfter(arrivals: readonly number[], from: number): number {
  const counts = new Map<number, number>();
  for (const at of arrivals) {
    if (at >= from) counts.set(Math.floor((at - from) / 1000), (counts.get(Math.floor((at - from) / 1000)) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}

describe('a hundred senders and a webhook that is down for a while', () => {
  test('no storm follows, no one starves, nothing is sent late, and hands stay bounded', async () => {
    await fc.assert(
      fc.asyncProperty(scenes, async (drawn) => {
        const scene = sceneOf(drawn);
        const { deliveries, arrivals, late, mostInHand } = await new Fleet(scene).run(UNTIL_MS);
        const capacity = (scene.servers * 1000) / scene.serviceMs;
        // Each sender begins with one, and each answer brings at most two more.
        expect(mostAfter(arrivals, scene.outage.to)).toBeLessThanOrEqual(NODES + 2 * capacity);
        expect(late).toBe(0);
        expect(deliveries.filter(({ state }) => state !== 'accepted')).toEqual([]);
        expect(mostInHand).toBeLessThanOrEqual(2 * CONCURRENCY);
      }),
      { numRuns: 6, seed: 18 },
    );
  });
});
