import { runRound, type Work } from '../pipeline/round.ts';
import type { Figure } from '../report/figure.ts';
import type { Fanfare } from '../system/fanfare.ts';
import { peakMemory } from '../system/memory.ts';
import type { Stage } from '../system/stage.ts';
import type { Lab } from './lab.ts';
import type { Row, RowResult } from './row.ts';

const SIZES = [10, 100, 1000, 10_000];
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

interface Measured {
  members: number;
  cpuMicros: number;
  deliveriesPerSecond: number;
  /** Bytes by process. */
  peaks: Record<string, number>;
}

async function measure(lab: Lab, fanfare: Fanfare, { provider }: Stage): Promise<RowResult> {
  await fanfare.bench.useWebhook(provider.webhookUrl);
  const results: Measured[] = [];
  const losses: string[] = [];
  const all = [...SIZES, ...(lab.members > REFERENCE ? [lab.members] : [])];
  // The first one warms up.
  for (const [i, members] of [REFERENCE, ...all].entries()) {
    const group = `group-${i}`;
    await fanfare.bench.registry.createGroup(group, members);
    const messages = Math.max(1, LEAST_DELIVERIES / members);
    const posts = Array.from({ length: messages }, (_, n) => ({ id: `${group}-${n}`, group }));
    const work: Work = { posts, deliveries: members * messages, concurrency: 4 };
    const measured: { sample?: Awaited<ReturnType<typeof runRound>> } = {};
    const peaks = await peakMemory(fanfare.redis, fanfare.processes, async () => {
      measured.sample = await runRound(fanfare, provider, work);
    });
    const sample = measured.sample as Awaited<ReturnType<typeof runRound>>;
    lab.say(`P2: ${members} members: ${sample.cpuMicros.toFixed(0)} µs, ${sample.deliveriesPerSecond.toFixed(0)}/s`);
    if (sample.loss !== undefined) losses.push(`P2, ${members} members: ${sample.loss}`);
    if (i > 0) results.push({ ...sample, members, peaks });
  }
  return { figures: figuresOf(results), notes: [peaksOf(results)], losses };
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
