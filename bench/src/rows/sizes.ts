import { runRound, type Sample, type Work } from '../pipeline/round.ts';
import type { Figure } from '../report/figure.ts';
import type { Fanfare } from '../system/fanfare.ts';
import { withPeakMemory } from '../system/memory.ts';
import type { PushProvider } from '../system/provider.ts';
import type { Stage } from '../system/stage.ts';
import type { Lab } from './lab.ts';
import type { Row, RowResult } from './row.ts';

const SIZES = { full: [10, 100, 1000, 10_000], quick: [100, 10_000] };
/** The size that the largest is compared with. */
const REFERENCE = 10_000;
/** Small groups get several messages, so that there is something to measure. */
const LEAST_DELIVERIES = 5000;
const MIB = 1024 * 1024;

/** CPU per delivery and memory by the size of the group. Over webhooks, which need no devices. */
export const sizes: Row = {
  title: 'groups from 10 to 100,000 members, or --members, over webhooks',
  run: (lab) => lab.withFanfare({}, (fanfare, stage) => measure(lab, fanfare, stage)),
};

interface Measured extends Sample {
  members: number;
  /** Bytes by process. */
  peaks: Record<string, number>;
}

async function measure(lab: Lab, fanfare: Fanfare, { provider }: Stage): Promise<RowResult> {
  await fanfare.bench.useWebhook(provider.webhookUrl);
  const own = lab.quick ? SIZES.quick : SIZES.full;
  await measureSize(fanfare, provider, 'warm-up', REFERENCE);
  const results: Measured[] = [];
  for (const members of [...own, ...(lab.members > REFERENCE ? [lab.members] : [])]) {
    const result = await measureSize(fanfare, provider, `group-${members}`, members);
    lab.say(`P2: ${members} members: ${result.cpuMicros.toFixed(0)} µs, ${result.deliveriesPerSecond.toFixed(0)}/s`);
    results.push(result);
  }
  const losses = results.flatMap(({ members, loss }) => (loss === undefined ? [] : [`P2, ${members}: ${loss}`]));
  return { figures: figuresOf(results), notes: [peaksOf(results)], losses };
}

async function measureSize(fanfare: Fanfare, provider: PushProvider, group: string, members: number) {
  await fanfare.bench.registry.createGroup(group, members);
  const messages = Math.max(1, LEAST_DELIVERIES / members);
  const posts = Array.from({ length: messages }, (_, n) => ({ id: `${group}-${n}`, group }));
  const work: Work = { posts, deliveries: members * messages, concurrency: 4 };
  const { result, peaks } = await withPeakMemory(fanfare.redis, fanfare.processes, () =>
    runRound(fanfare, provider, work),
  );
  return { ...result, members, peaks };
}

function figuresOf(results: readonly Measured[]): Figure[] {
  const reference = results.find(({ members }) => members === REFERENCE) as Measured;
  const largest = results.at(-1) as Measured;
  const figures = results.map(
    ({ members, cpuMicros }): Figure => ({
      row: 'P2',
      what: `CPU µs per delivery, ${members} members`,
      ours: cpuMicros,
    }),
  );
  if (largest === reference) return figures;
  const growth: Figure = {
    row: 'P2',
    what: `the same, ${largest.members} members; plain: ${REFERENCE}`,
    ours: largest.cpuMicros,
    plain: reference.cpuMicros,
    target: { of: 'ratio', atMost: 1.2 },
  };
  return [...figures, growth];
}

function peaksOf(results: readonly Measured[]): string {
  const peaks = results.map(({ members, peaks: bytes }) => {
    const parts = Object.entries(bytes).map(([name, size]) => `${name} ${(size / MIB).toFixed(0)}`);
    return `${members} members: ${parts.join(', ')}`;
  });
  return `P2, peak memory in MiB (Redis used, processes resident): ${peaks.join('; ')}.`;
}
