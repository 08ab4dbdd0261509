import { ADMISSION_LIMITS } from '@fanfare/ledger';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Fleet, type Scene } from './fleet/fleet.ts';
import { SLICE } from './fleet/intake.ts';

/** Scenes of an outage; a third as many floods, which take longer. */
const RUNS = Number(process.env.FLEET_RUNS ?? 6);

const NODES = 100;
const CONCURRENCY = 100;
const UNTIL_MS = 90_000;
const TRAFFIC_MS = 25_000;

const capacityOf = ({ servers, serviceMs }: { servers: number; serviceMs: number }): number =>
  (servers * 1000) / serviceMs;

const scenes = fc.record({
  servers: fc.integer({ min: 5, max: 20 }),
  serviceMs: fc.integer({ min: 20, max: 100 }),
  how: fc.constantFrom('refuses' as const, 'hangs' as const),
  outageMs: fc.integer({ min: 3000, max: 20_000 }),
  /** Of the capacity, of all apps together. */
  load: fc.double({ min: 0.1, max: 0.5, noNaN: true }),
  apps: fc.integer({ min: 1, max: 3 }),
  /** Of a conversation: its messages are one pack, or several. */
  members: fc.constantFrom(1, 1, 20, 60),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
});
type Drawn = typeof scenes extends fc.Arbitrary<infer T> ? T : never;

/** Deterministic (Park and Miller, https://doi.org/10.1145/63039.63042). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function sceneOf({ servers, serviceMs, how, outageMs, load, apps, members, seed }: Drawn): Scene {
  const rate = (Math.min(capacityOf({ servers, serviceMs }), 300) * load) / apps / members;
  return {
    nodes: NODES,
    concurrency: CONCURRENCY,
    limit: 75,
    endpoints: [{ servers, serviceMs, outage: { from: 3000, to: 3000 + outageMs, how } }],
    apps: Array.from({ length: apps }, () => ({ events: Math.round((TRAFFIC_MS / 1000) * rate), members })),
    trafficMs: TRAFFIC_MS,
    deadlineMs: 60_000,
    random: randomOf(seed),
  };
}

const NO_ENDPOINT = { servers: 0, serviceMs: 1, outage: { from: 0, to: 0, how: 'refuses' } } as const;

/** The most arrivals in any second from then on. */
function mostInASecond(arrivals: readonly number[], from: number): number {
  const later = arrivals.filter((at) => at >= from);
  let first = 0;
  let most = 0;
  for (const [i, at] of later.entries()) {
    while ((later[first] as number) <= at - 1000) first++;
    most = Math.max(most, i - first + 1);
  }
  return most;
}

const floods = fc.record({
  /** How many times more than its endpoint can take. */
  times: fc.integer({ min: 2, max: 5 }),
  members: fc.constantFrom(1, 30, 300, 900),
  how: fc.constantFrom('refuses' as const, 'hangs' as const),
  outageMs: fc.integer({ min: 0, max: 5000 }),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
});

const FLOOD_TRAFFIC_MS = 8000;
const FLOOD_UNTIL_MS = 240_000;
const FLOODED = { servers: 10, serviceMs: 50 };
/** By now the first requests have timed out, at any of these rates. */
const KNOWN_AFTER_MS = 5000;
/** Of an app with an endpoint of its own that answers at once, with everything that a message waits for. */
const QUIET_MS = 250;

/** An app with far more than its endpoint can take, which is down for a while, and one with ten messages a second. */
function floodOf({
  times,
  members,
  how,
  outageMs,
  seed,
}: typeof floods extends fc.Arbitrary<infer T> ? T : never): Scene {
  const flood = (capacityOf(FLOODED) * times * FLOOD_TRAFFIC_MS) / 1000;
  return {
    nodes: NODES,
    concurrency: CONCURRENCY,
    limit: 75,
    endpoints: [
      { ...FLOODED, outage: { from: 1000, to: 1000 + outageMs, how } },
      { servers: 50, serviceMs: 20, outage: { from: 0, to: 0, how } },
    ],
    apps: [
      { events: Math.ceil(flood / members), members },
      { events: FLOOD_TRAFFIC_MS / 100, members: 1 },
    ],
    trafficMs: FLOOD_TRAFFIC_MS,
    deadlineMs: FLOOD_UNTIL_MS,
    random: randomOf(seed),
  };
}

/** No storm follows, nothing is starved, rejected or sent late, and hands stay bounded. */
async function checkOutage(drawn: Drawn): Promise<void> {
  const scene = sceneOf(drawn);
  const story = await new Fleet(scene).run(UNTIL_MS);
  const { deliveries, arrivals } = story;
  const [endpoint = NO_ENDPOINT] = scene.endpoints;
  const most = mostInASecond(arrivals[0] ?? [], endpoint.outage.to);
  // Messages to many, of several apps at once, may bring more by themselves.
  const brought = mostInASecond(
    deliveries.map(({ createdAt }) => createdAt).sort((a, b) => a - b),
    0,
  );
  expect(most).toBeLessThanOrEqual(Math.max(2 * capacityOf(endpoint), brought));
  expect(story).toMatchObject({ late: 0, unplanned: 0 });
  expect(deliveries.filter(({ state }) => state !== 'accepted')).toEqual([]);
  expect(story.mostInHand).toBeLessThanOrEqual(2 * CONCURRENCY);
}

/** Scenes that once went wrong, and how. */
const REGRESSIONS: Record<string, Drawn> = {
  'each sender sees too few failures to open a gate: 2.5 times the capacity, and attempts that run out': {
    ...{ servers: 6, serviceMs: 89, how: 'refuses', outageMs: 17_933 },
    ...{ load: 0.5, apps: 3, members: 1, seed: 999_999 },
  },
  'the same with an endpoint that hangs: 2.4 times': {
    ...{ servers: 6, serviceMs: 97, how: 'hangs', outageMs: 19_993 },
    ...{ load: 0.489, apps: 3, members: 1, seed: 685_906 },
  },
  'retries are all that notices an outage: one delivery is out of attempts after 11 seconds': {
    ...{ servers: 17, serviceMs: 97, how: 'refuses', outageMs: 13_445 },
    ...{ load: 0.22002198592755845, apps: 2, members: 1, seed: 344_481 },
  },
  'messages to 60 of two apps at once, which bring twice the capacity by themselves': {
    ...{ servers: 5, serviceMs: 82, how: 'refuses', outageMs: 3006 },
    ...{ load: 0.2394740813435522, apps: 2, members: 60, seed: 665_109 },
  },
};

describe('a hundred senders and a webhook that is down for a while', () => {
  test('no storm follows, no one starves, nothing is sent late, and hands stay bounded', async () => {
    await fc.assert(fc.asyncProperty(scenes, checkOutage), { numRuns: RUNS, seed: 18 });
  }, 600_000);

  test.each(Object.entries(REGRESSIONS))('the same when %s', async (_, drawn) => checkOutage(drawn), 120_000);

  test('an app that floods storms no endpoint, starves no other, and gets everything sent', async () => {
    await fc.assert(
      fc.asyncProperty(floods, async (drawn) => {
        const scene = floodOf(drawn);
        const story = await new Fleet(scene).run(FLOOD_UNTIL_MS);
        expect(story).toMatchObject({ late: 0, unplanned: 0 });
        expect(story.deliveries.filter(({ state }) => state !== 'accepted')).toEqual([]);
        const from = Math.max(KNOWN_AFTER_MS, scene.endpoints[0]?.outage.to ?? 0);
        expect(mostInASecond(story.arrivals[0] ?? [], from)).toBeLessThanOrEqual(2 * capacityOf(FLOODED));
        const quiet = story.deliveries.filter(({ app }) => app === 1);
        expect(quiet.length).toBe(scene.apps[1]?.events);
        for (const { createdAt, settledAt } of quiet) expect(settledAt - createdAt).toBeLessThanOrEqual(QUIET_MS);
        const { admitted, ready } = ADMISSION_LIMITS;
        expect(story.mostAdmitted).toBeLessThanOrEqual(admitted.most);
        expect(story.mostReady).toBeLessThan(ready.chat.most + SLICE);
        expect(story.mostInHand).toBeLessThanOrEqual(2 * CONCURRENCY);
      }),
      { numRuns: Math.ceil(RUNS / 3), seed: 18 },
    );
  }, 600_000);
});
