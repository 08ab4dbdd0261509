import { relative } from 'node:path';
import type { BareCalls } from '../accepting/bare-process.ts';
import { cometChatEvent, nativeEvent } from '../accepting/bodies.ts';
import { type Load, postAll } from '../accepting/load.ts';
import { Child } from '../child/child.ts';
import { PROFILED, profile } from '../profile/profiler.ts';
import type { Figure } from '../report/figure.ts';
import { median, percentile } from '../report/statistics.ts';
import { type Cpu, cpuBetween, processCpu } from '../system/cpu.ts';
import type { Fanfare } from '../system/fanfare.ts';
import type { Lab } from './lab.ts';
import type { Row, RowResult } from './row.ts';

/** The levels of durability, `appendfsync` of Redis. */
const LEVELS = ['always', 'everysec', 'no'] as const;
const SINGLES = { full: 5000, quick: 2000 };
const BATCHES = { full: 200, quick: 60 };
const BATCH = 100;
/** More than one: a process gets cheaper over its first twenty thousand events, and a sample varies by a fifth. */
const ROUNDS = { full: 5, quick: 3 };

/** What accepting an event costs, alone: no fan-out runs. */
export const accepting: Row = {
  title: 'POST /v3/events over 64 connections, singles and batches of 100, by durability; CometChat webhooks',
  run: (lab) => {
    const env = { QUOTA_OPEN_EVENTS_PER_APP: '10000000', QUOTA_OPEN_MEGABYTES_PER_APP: '1000000' };
    const nodeArgs = lab.profile ? PROFILED : [];
    return lab.withFanfare({ env, roles: ['ingest'], nodeArgs }, (fanfare) => measure(lab, fanfare));
  },
};

/** Per event: CPU µs of ingest, or of the bare route, and of Redis. */
interface Sample {
  server: number;
  redis: number;
  eventsPerSecond: number;
  p99Ms: number;
}

/** A load of events, or of requests with `batch` events each. */
type Post = Pick<Load, 'path' | 'body'> & { batch: number };

/** What is posted, by name; `tag` makes the ids unique. */
const POSTS: Readonly<Record<'singles' | 'batches' | 'webhooks', (tag: string) => Post>> = {
  singles: (tag) => ({ path: '/v3/events', batch: 1, body: (n) => nativeEvent(tag, n) }),
  batches: (tag) => ({
    path: '/v3/events',
    batch: BATCH,
    body: (n) => Array.from({ length: BATCH }, (_, i) => nativeEvent(tag, n * BATCH + i)),
  }),
  webhooks: (tag) => ({ path: '/v3/webhooks/cometchat', batch: 1, body: (n) => cometChatEvent(tag, n) }),
};

async function measure(lab: Lab, fanfare: Fanfare): Promise<RowResult> {
  const bare = new Child<BareCalls>(new URL('../accepting/bare-process.js', import.meta.url));
  try {
    const bareUrl = await bare.call('start', {});
    const bareCpu = () => Promise.resolve({ bare: processCpu(bare.pid) });
    const samples = new Map<string, Sample[]>();
    const requestsOf = (batch: number) => (batch === 1 ? SINGLES : BATCHES)[lab.quick ? 'quick' : 'full'];
    const ours = { url: fanfare.url, headers: fanfare.bench.headers };
    const plain = { url: bareUrl, headers: {} };
    const rounds = lab.quick ? ROUNDS.quick : ROUNDS.full;
    for (let round = 0; round <= rounds; round += 1) {
      const measured = async (name: string, target: Pick<Load, 'url' | 'headers'>, post: Post, cpu = fanfare.cpu) => {
        const sample = await runLoad({ ...target, ...post, requests: requestsOf(post.batch) }, post.batch, cpu);
        lab.say(`P4 round ${round}, ${name}: ${shown(sample)}`);
        if (round > 0) samples.set(name, [...(samples.get(name) ?? []), sample]);
      };
      await measured('bare', plain, POSTS.singles(`bare-${round}`), bareCpu);
      for (const level of LEVELS) {
        await fanfare.redis.config('SET', 'appendfsync', level);
        for (const kind of ['singles', 'batches', 'webhooks'] as const) {
          await measured(`${kind} ${level}`, ours, POSTS[kind](`${kind}-${level}-${round}`));
        }
      }
    }
    if (lab.profile) await profileEach(lab, fanfare, requestsOf);
    return resultOf((name) => samples.get(name) ?? []);
  } finally {
    bare.close();
  }
}

const shown = ({ server, redis, eventsPerSecond, p99Ms }: Sample): string =>
  `${server.toFixed(0)} + Redis ${redis.toFixed(0)} µs, ${eventsPerSecond.toFixed(0)}/s, p99 ${p99Ms.toFixed(0)} ms`;

async function runLoad(load: Load, batch: number, cpu: () => Promise<Cpu>): Promise<Sample> {
  const before = await cpu();
  const { seconds, latencies } = await postAll(load);
  const { redis = 0, ...servers } = cpuBetween(before, await cpu());
  const events = load.requests * batch;
  const [server = 0] = Object.values(servers);
  return {
    server: server / events,
    redis: redis / events,
    eventsPerSecond: events / seconds,
    p99Ms: percentile(latencies, 0.99),
  };
}

/** A load of each kind that does not count, because the profiler costs time. */
async function profileEach(lab: Lab, fanfare: Fanfare, requestsOf: (batch: number) => number): Promise<void> {
  await fanfare.redis.config('SET', 'appendfsync', 'always');
  for (const [kind, postOf] of Object.entries(POSTS)) {
    const post = postOf(`${kind}-profiled`);
    const load = { url: fanfare.url, headers: fanfare.bench.headers, ...post, requests: requestsOf(post.batch) };
    const files = await profile(`P4-${kind}`, fanfare.processes.values(), () => postAll(load));
    lab.say(`profile: ${files.map((file) => relative('', file)).join(' ')}`);
  }
}

function resultOf(samples: (name: string) => readonly Sample[]): RowResult {
  const of = (name: string, pick: (sample: Sample) => number) => median(samples(name).map(pick));
  const server = (name: string) => of(name, (sample) => sample.server);
  const p99 = (name: string) => of(name, (sample) => sample.p99Ms);
  const rate = (name: string) => of(name, (sample) => sample.eventsPerSecond).toFixed(0);
  const figures = LEVELS.flatMap((level): Figure[] => [
    {
      row: 'P4',
      what: `CPU µs of ingest per single event, fsync ${level}; plain: bare Fastify`,
      ours: server(`singles ${level}`),
      plain: server('bare'),
      target: { of: 'ratio', atMost: 2.5, later: '≤ 1.5×' },
    },
    {
      row: 'P4',
      what: `CPU µs of Redis per single event, fsync ${level}`,
      ours: of(`singles ${level}`, ({ redis }) => redis),
      target: { of: 'value', atMost: 100 },
    },
    {
      row: 'P4',
      what: `p99 ms of a single event, fsync ${level}; plain: bare Fastify`,
      ours: p99(`singles ${level}`),
      plain: p99('bare'),
      target: { of: 'ratio', atMost: 3 },
    },
    {
      row: 'P4',
      what: `CPU µs of ingest and Redis per event in batches of ${BATCH}, fsync ${level}`,
      ours: of(`batches ${level}`, (sample) => sample.server + sample.redis),
      target: { of: 'value', atMost: 40, later: '≤ 20' },
    },
    {
      row: 'P4',
      what: `CPU µs of ingest per CometChat webhook, fsync ${level}; plain: a native event`,
      ours: server(`webhooks ${level}`),
      plain: server(`singles ${level}`),
      target: { of: 'ratio', atMost: 1.5 },
    },
  ]);
  const rates = LEVELS.map((level) => `${level} ${rate(`singles ${level}`)} and ${rate(`batches ${level}`)}`);
  return { figures, notes: [`P4: 64 connections. Events/s, singles and in batches: ${rates.join('; ')}.`] };
}
