import { relative } from 'node:path';
import { runRound, type Sample, type Work } from '../pipeline/round.ts';
import { profile } from '../profile/profiler.ts';
import type { Figure, Target } from '../report/figure.ts';
import { median } from '../report/statistics.ts';
import { cpuTotal } from '../system/cpu.ts';
import type { Design, Post } from '../system/design.ts';
import { uidOf } from '../system/events.ts';
import type { Fanfare } from '../system/fanfare.ts';
import { packed, usedByPacking } from '../system/packed.ts';
import type { Lab } from './lab.ts';
import type { Row, RowResult } from './row.ts';

interface CostOptions {
  row: string;
  title: string;
  /** Members of the group; none: the messages go to one user each. */
  members?: number;
  /** Messages to it, one after the other or several at once. */
  messages: number;
  concurrency: number;
  rounds: { full: number; quick: number };
  cpu: Target;
  rate: Target;
}

const P1: CostOptions = {
  row: 'P1',
  title: 'one message to a group of 10,000, bulk lane',
  members: 10_000,
  messages: 1,
  concurrency: 1,
  rounds: { full: 5, quick: 1 },
  cpu: { of: 'ratio', atMost: 0.5, later: 'lean wire: ≤ 0.33×' },
  rate: { of: 'ratio', atLeast: 2, later: 'lean wire: ≥ 3×' },
};

const P1C: CostOptions = {
  row: 'P1c',
  title: '100 messages to a group of 100, chat lane',
  members: 100,
  messages: 100,
  concurrency: 8,
  rounds: { full: 5, quick: 1 },
  cpu: { of: 'ratio', atMost: 1, later: 'lean wire: ≤ 0.7×' },
  rate: { of: 'ratio', atLeast: 1, later: 'lean wire: ≥ 1.2×' },
};

/** Users who get 1:1 messages. */
const USERS = 1000;

const P1M: CostOptions = {
  row: 'P1m',
  title: '1:1 messages, posted one by one',
  messages: 5000,
  concurrency: 64,
  rounds: { full: 5, quick: 1 },
  cpu: { of: 'ratio', atMost: 1, later: '≤ 0.7×' },
  rate: { of: 'ratio', atLeast: 1 },
};

const P1C1: CostOptions = { ...P1C, row: 'P1c1', title: `${P1C.title}, a job per delivery` };

export const bulkCost: Row = { title: P1.title, run: async (lab) => compare(lab, P1, await lab.fanfare()) };
export const chatCost: Row = { title: P1C.title, run: async (lab) => compare(lab, P1C, await lab.fanfare()) };

/** What a 1:1 message costs from its POST. */
export const directCost: Row = { title: P1M.title, run: async (lab) => direct(lab, await lab.fanfare()) };

/** What packs of one cost. */
export const singlesCost: Row = {
  title: P1C1.title,
  run: (lab) => lab.withFanfare({ env: { PACK_CHAT: '1' } }, (fanfare) => compare(lab, P1C1, fanfare)),
};

/** Rounds that do not count: in the second, V8 still compiles for 7 µs per delivery of fan-out. */
const WARM_UPS = 2;

/** Ten seconds after the last round, fan-out packs its records: a figure of its own, which plain does not have. */
async function direct(lab: Lab, fanfare: Fanfare): Promise<RowResult> {
  const result = await compare(lab, P1M, fanfare);
  const micros = cpuTotal((await usedByPacking(fanfare)).cpu) / P1M.messages;
  return {
    ...result,
    figures: [...result.figures, { row: P1M.row, what: 'CPU µs to pack a message, later', ours: micros }],
  };
}

/** CPU and rate of both designs, which take turns. nginx counts the OAuth request of a warm-up as a push. */
async function compare(lab: Lab, options: CostOptions, fanfare: Fanfare): Promise<RowResult> {
  const { row, members, rounds } = options;
  const designs = [await lab.plain(), fanfare];
  for (const design of designs) {
    if (members === undefined) await design.createDevices(USERS);
    else await design.createGroup(`${row}-group`, members);
  }
  const samples: Sample[] = [];
  for (let round = 1 - WARM_UPS; round <= (lab.quick ? rounds.quick : rounds.full); round += 1) {
    // The records of 1:1 messages take a tenth of their cost to pack, in whichever round is under way then.
    if (members === undefined) await packed(fanfare);
    for (const design of designs) {
      const sample = await runOnce(lab, design, options, round);
      lab.say(progress(row, round, sample));
      if (round > 0) samples.push(sample);
    }
  }
  if (lab.profile) await profileOnce(lab, fanfare, options, rounds.full + 1);
  return resultOf(options, samples);
}

async function runOnce(lab: Lab, design: Design, options: CostOptions, round: number): Promise<Sample> {
  const { row, members = 1, messages, concurrency } = options;
  const posts = Array.from({ length: messages }, (_, i): Post => {
    const id = `${row}-${round}-${i}`;
    return options.members === undefined ? { id, to: uidOf(i % USERS) } : { id, group: `${row}-group` };
  });
  const work: Work = { posts, deliveries: members * messages, concurrency };
  return runRound(design, (await lab.stage()).provider, work);
}

/** A round that does not count, because the profiler costs time. */
async function profileOnce(lab: Lab, fanfare: Fanfare, options: CostOptions, round: number): Promise<void> {
  const files = await profile(options.row, fanfare.processes.values(), () => runOnce(lab, fanfare, options, round));
  lab.say(
    `profiles; for a table: node bench/dist/profile/main.js ${files.map((file) => relative('', file)).join(' ')}`,
  );
}

const progress = (row: string, round: number, { design, deliveriesPerSecond, cpuMicros, loss }: Sample): string =>
  `${row} ${round <= 0 ? 'warm-up' : `round ${round}`}, ${design}: ${cpuMicros.toFixed(0)} µs, ` +
  `${deliveriesPerSecond.toFixed(0)}/s${loss === undefined || round <= 0 ? '' : `, LOST: ${loss}`}`;

function resultOf({ row, cpu, rate }: CostOptions, samples: readonly Sample[]): RowResult {
  const of = (design: Design['name']) => samples.filter((sample) => sample.design === design);
  const [ours, plain] = [of('Fanfare'), of('plain')];
  const between = (what: string, pick: (sample: Sample) => number, target: Target): Figure => ({
    row,
    what,
    ours: median(ours.map(pick)),
    plain: median(plain.map(pick)),
    target,
  });
  return {
    figures: [
      between('CPU µs per delivery', ({ cpuMicros }) => cpuMicros, cpu),
      between('deliveries/s', ({ deliveriesPerSecond }) => deliveriesPerSecond, rate),
    ],
    notes: [`${row}, CPU by process: Fanfare ${partsOf(ours)}; plain ${partsOf(plain)}.`],
    losses: samples.flatMap(({ design, loss }) => (loss === undefined ? [] : [`${row}, ${design}: ${loss}`])),
  };
}

/** Medians by process. */
function partsOf(samples: readonly Sample[]): string {
  const names = Object.keys(samples[0]?.parts ?? {});
  const part = (name: string) => median(samples.map(({ parts }) => parts[name] ?? 0)).toFixed(0);
  return names.map((name) => `${name} ${part(name)}`).join(', ');
}
