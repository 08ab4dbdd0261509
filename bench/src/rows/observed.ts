import { readProcesses } from '@fanfare/redis';
import { nativeEvent } from '../accepting/bodies.ts';
import { postAll } from '../accepting/load.ts';
import { UNOBSERVED } from '../observed/off.ts';
import { runRound } from '../pipeline/round.ts';
import type { Figure } from '../report/figure.ts';
import { median } from '../report/statistics.ts';
import { cpuBetween, cpuTotal } from '../system/cpu.ts';
import type { Fanfare, FanfareOptions } from '../system/fanfare.ts';
import type { Lab } from './lab.ts';
import type { Row, RowResult } from './row.ts';

const MEMBERS = 10_000;
/** CPU is counted in ticks of 10 ms, so a sample must take far longer. */
const SINGLES = 3000;
const BATCHES = 100;
const BATCH = 100;
const ROUNDS = { full: 15, quick: 7 };

/** Three systems take turns: `again` is as `on`, so that their difference shows the noise. */
const SYSTEMS = ['on', 'off', 'again'] as const;
type Systems = Record<(typeof SYSTEMS)[number], Fanfare>;
/** CPU µs per item, a sample each round. */
type Samples = Record<(typeof SYSTEMS)[number], number[]>;

/** What a delivery or an event costs, measured on one of the systems; `tag` is used once. */
type Measure = (fanfare: Fanfare, tag: string, round: number) => Promise<number>;

/** What our system knows about itself, beside the same system that observes nothing. */
export const observed: Row = {
  title: 'statistics, list of all events, live tail, metrics, heartbeats and audit, on and off in turns',
  run: async (lab) => {
    const losses: string[] = [];
    const { provider } = await lab.stage();
    const deliveries = await withSystems(lab, {}, async (systems) => {
      for (const fanfare of Object.values(systems)) await fanfare.createGroup('observed-group', MEMBERS);
      return inTurns(lab, 'P1', systems, async (fanfare, tag, round) => {
        const work = { posts: [{ id: tag, group: 'observed-group' }], deliveries: MEMBERS, concurrency: 1 };
        const { cpuMicros, loss } = await runRound(fanfare, provider, work);
        if (loss !== undefined && round > 0) losses.push(`observed, ${tag}: ${loss}`);
        return cpuMicros;
      });
    });
    const env = { QUOTA_OPEN_EVENTS_PER_APP: '10000000', QUOTA_OPEN_MEGABYTES_PER_APP: '1000000' };
    const events = await withSystems(lab, { env, roles: ['ingest'] }, async (systems) => ({
      single: await inTurns(lab, 'P4, singles', systems, (fanfare, tag) => eventCost(fanfare, tag, SINGLES, 1)),
      batch: await inTurns(lab, 'P4, batches', systems, (fanfare, tag) => eventCost(fanfare, tag, BATCHES, BATCH)),
    }));
    return {
      figures: [
        ...figures('a delivery (P1)', deliveries),
        ...figures('a single event (P4)', events.single),
        ...figures(`an event in batches of ${BATCH} (P4)`, events.batch),
      ],
      notes: ['observed: medians; all processes and Redis, with appendfsync always.'],
      losses,
    } satisfies RowResult;
  },
};

async function withSystems<T>(lab: Lab, options: FanfareOptions, use: (systems: Systems) => Promise<T>): Promise<T> {
  return lab.withFanfare(options, (on) =>
    lab.withFanfare({ ...options, nodeArgs: UNOBSERVED }, (off) =>
      lab.withFanfare(options, async (again) => {
        if ((await readProcesses(off.redis)).length > 0) throw new Error('observed: what is to be off is on');
        return use({ on, off, again });
      }),
    ),
  );
}

/**
 * Samples of all three, in another order each round. A first round warms up: nginx counts its OAuth request as a push.
 */
async function inTurns(lab: Lab, what: string, systems: Systems, measure: Measure): Promise<Samples> {
  const samples: Samples = { on: [], off: [], again: [] };
  const rounds = lab.quick ? ROUNDS.quick : ROUNDS.full;
  for (let round = 0; round <= rounds; round += 1) {
    for (const turn of SYSTEMS.keys()) {
      const name = SYSTEMS[(turn + round) % SYSTEMS.length] as (typeof SYSTEMS)[number];
      const micros = await measure(systems[name], `${what}-${round}`.replace(/\W+/g, '-'), round);
      if (round > 0) samples[name].push(micros);
    }
    const shown = SYSTEMS.map((name) => `${name} ${samples[name].at(-1)?.toFixed(1) ?? 'warm'}`);
    lab.say(`observed, ${what} round ${round}: ${shown.join(', ')}`);
  }
  return samples;
}

async function eventCost(fanfare: Fanfare, tag: string, requests: number, size: number): Promise<number> {
  const body = (n: number) =>
    size === 1 ? nativeEvent(tag, n) : Array.from({ length: size }, (_, i) => nativeEvent(tag, n * size + i));
  const before = await fanfare.cpu();
  await postAll({ url: fanfare.url, headers: fanfare.bench.headers, path: '/v3/events', requests, body });
  return cpuTotal(cpuBetween(before, await fanfare.cpu())) / (requests * size);
}

/** The cost, and the noise: what two systems that do the same differ by. */
function figures(what: string, { on, off, again }: Samples): Figure[] {
  return [
    {
      row: 'observed',
      what: `CPU µs of ${what}; plain: with nothing observed`,
      ours: median([...on, ...again]),
      plain: median(off),
      target: { of: 'ratio', atMost: 1.03 },
    },
    {
      row: 'observed',
      what: `CPU µs of ${what}; plain: the same on another system`,
      ours: median(on),
      plain: median(again),
    },
  ];
}
