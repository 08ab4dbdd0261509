import type { BareCalls } from '../accepting/bare-process.ts';
import { type Load, postEvents } from '../accepting/load.ts';
import { Child } from '../child/child.ts';
import type { Figure } from '../report/figure.ts';
import { median } from '../report/statistics.ts';
import { cpuBetween, cpuTotal, processCpu } from '../system/cpu.ts';
import type { Fanfare } from '../system/fanfare.ts';
import type { Lab } from './lab.ts';
import type { Row, RowResult } from './row.ts';

/** The levels of durability, `appendfsync` of Redis. */
const LEVELS = ['always', 'everysec', 'no'] as const;
const SINGLES = { full: 5000, quick: 1500 };
const BATCHES = { full: 100, quick: 30 };
const BATCH = 100;
const ROUNDS = { full: 3, quick: 1 };

/** What accepting an event costs, alone: no fan-out runs. */
export const accepting: Row = {
  title: 'POST /v3/events over 64 connections, singles and batches of 100, by durability',
  run: (lab) => {
    const env = { QUOTA_OPEN_EVENTS_PER_APP: '10000000', QUOTA_OPEN_MEGABYTES_PER_APP: '1000000' };
    return lab.withFanfare({ env, roles: ['ingest'] }, (fanfare) => measure(lab, fanfare));
  },
};

interface Sample {
  cpuMicros: number;
  eventsPerSecond: number;
}

async function measure(lab: Lab, fanfare: Fanfare): Promise<RowResult> {
  const bare = new Child<BareCalls>(new URL('../accepting/bare-process.js', import.meta.url));
  try {
    const bareUrl = await bare.call('start', {});
    const bareCpu = () => Promise.resolve({ bare: processCpu(bare.pid) });
    const key = fanfare.bench.headers;
    const samples = new Map<string, Sample[]>();
    const [singles, batches] = lab.quick ? [SINGLES.quick, BATCHES.quick] : [SINGLES.full, BATCHES.full];
    for (let round = 0; round <= (lab.quick ? ROUNDS.quick : ROUNDS.full); round += 1) {
      const measured = async (name: string, load: Omit<Load, 'name'>, cpu = fanfare.cpu) => {
        const sample = await runLoad({ ...load, name: `${name.replaceAll(' ', '-')}-${round}` }, cpu);
        lab.say(
          `P4 round ${round}, ${name}: ${sample.cpuMicros.toFixed(0)} µs, ${sample.eventsPerSecond.toFixed(0)}/s`,
        );
        if (round > 0) samples.set(name, [...(samples.get(name) ?? []), sample]);
      };
      await measured('bare', { url: bareUrl, path: '/events', headers: {}, requests: singles, batch: 1 }, bareCpu);
      for (const level of LEVELS) {
        await fanfare.redis.config('SET', 'appendfsync', level);
        const ours = { url: fanfare.url, path: '/v3/events', headers: key };
        await measured(`singles ${level}`, { ...ours, requests: singles, batch: 1 });
        await measured(`batches ${level}`, { ...ours, requests: batches, batch: BATCH });
      }
    }
    return resultOf((name) => samples.get(name) ?? []);
  } finally {
    bare.close();
  }
}

async function runLoad(load: Load, cpu: Fanfare['cpu']): Promise<Sample> {
  const before = await cpu();
  const seconds = await postEvents(load);
  const events = load.requests * load.batch;
  return { cpuMicros: cpuTotal(cpuBetween(before, await cpu())) / events, eventsPerSecond: events / seconds };
}

function resultOf(samples: (name: string) => readonly Sample[]): RowResult {
  const cpu = (name: string) => median(samples(name).map(({ cpuMicros }) => cpuMicros));
  const rate = (name: string) => median(samples(name).map(({ eventsPerSecond }) => eventsPerSecond)).toFixed(0);
  const figures = LEVELS.flatMap((level): Figure[] => [
    {
      row: 'P4',
      what: `CPU µs per single event, fsync ${level}; plain: bare Fastify`,
      ours: cpu(`singles ${level}`),
      plain: cpu('bare'),
      target: { of: 'ratio', atMost: 2.5 },
    },
    {
      row: 'P4',
      what: `CPU µs per event in batches of ${BATCH}, fsync ${level}`,
      ours: cpu(`batches ${level}`),
      target: { of: 'value', atMost: 40 },
    },
  ]);
  const rates = LEVELS.map((level) => `${level} ${rate(`singles ${level}`)} and ${rate(`batches ${level}`)}`);
  return { figures, notes: [`P4: ingest and Redis. Events/s, singles and in batches: ${rates.join('; ')}.`] };
}
