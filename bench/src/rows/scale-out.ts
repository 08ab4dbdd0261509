import { availableParallelism } from 'node:os';
import { runRound, type Work } from '../pipeline/round.ts';
import type { Figure } from '../report/figure.ts';
import { median } from '../report/statistics.ts';
import type { Fanfare } from '../system/fanfare.ts';
import type { Stage } from '../system/stage.ts';
import type { Lab } from './lab.ts';
import type { Row, RowResult } from './row.ts';

const SENDERS = [1, 2, 4];
const LATENCY_MS = 100;
/** Sends at once and process: little enough for the latency to bind, not the CPU. */
const CONCURRENCY = 20;
/** Deliveries of a job, in keeping with the few sends at once: the usual 100 suit 100 at once. */
const PACK = 20;
/** Deliveries per sender and round: the last packs, which the senders cannot share, must weigh little. */
const DELIVERIES = { full: 2000, quick: 1000 };
const ROUNDS = { full: 3, quick: 1 };

/** How the rate grows with the senders when only the endpoint's latency binds. */
export const scaleOut: Row = {
  title: `1, 2 and 4 senders, an endpoint of ${LATENCY_MS} ms, ${CONCURRENCY} sends at once each`,
  run: (lab) => {
    const concurrency = String(CONCURRENCY);
    // Everything is bulk.
    const env = { SENDER_CONCURRENCY_BULK: concurrency, BULK_AUDIENCE: '1', PACK_BULK: String(PACK) };
    return lab.withFanfare({ env }, (fanfare, stage) => measure(lab, fanfare, stage));
  },
};

async function measure(lab: Lab, fanfare: Fanfare, { receiver }: Stage): Promise<RowResult> {
  receiver.behave('scale', { latencyMs: LATENCY_MS });
  await fanfare.bench.useWebhook(receiver.webhook('scale'));
  let arrived = 0;
  receiver.listen('scale', () => {
    arrived += 1;
  });
  const measured: Measured[] = [];
  const losses: string[] = [];
  let running = 1;
  for (const senders of SENDERS) {
    for (; running < senders; running += 1) await fanfare.start('sender');
    const members = senders * (lab.quick ? DELIVERIES.quick : DELIVERIES.full);
    await fanfare.bench.registry.createGroup(`group-${senders}`, members);
    const rounds: { rate: number; cores: number }[] = [];
    for (let round = 0; round <= (lab.quick ? ROUNDS.quick : ROUNDS.full); round += 1) {
      const posts = [{ id: `message-${senders}-${round}`, group: `group-${senders}` }];
      const work: Work = { posts, deliveries: members, concurrency: 1 };
      const load = process.cpuUsage();
      const sample = await runRound(fanfare, { accepted: async () => arrived }, work);
      const { user, system } = process.cpuUsage(load);
      const rate = sample.deliveriesPerSecond;
      const cores = ((sample.cpuMicros + (user + system) / members) * rate) / 1e6;
      lab.say(`P7: ${senders} senders, round ${round}: ${rate.toFixed(0)}/s, ${cores.toFixed(2)} cores`);
      if (round > 0) rounds.push({ rate, cores });
      if (sample.loss !== undefined) losses.push(`P7, ${senders} senders: ${sample.loss}`);
    }
    const middle = (of: 'rate' | 'cores') => median(rounds.map((round) => round[of]));
    measured.push({ senders, rate: middle('rate'), cores: middle('cores') });
  }
  const cpu = measured.map(({ senders, cores }) => `${cores.toFixed(2)} with ${senders}`).join(', ');
  const notes = [
    `P7: CPU of the ${availableParallelism()} cores in use by Fanfare, its Redis and the endpoint: ${cpu}.`,
  ];
  return { figures: figuresOf(measured), notes, losses };
}

interface Measured {
  senders: number;
  /** Deliveries per second. */
  rate: number;
  /** CPU in use, the load's included. */
  cores: number;
}

function figuresOf(measured: readonly Measured[]): Figure[] {
  const one = measured[0]?.rate as number;
  return measured.map(({ senders, rate: ours }): Figure => {
    if (senders === 1) return { row: 'P7', what: 'deliveries/s, 1 sender', ours };
    const what = `${senders} senders; plain: ${senders} × one`;
    return { row: 'P7', what, ours, plain: senders * one, target: { of: 'ratio', atLeast: 0.9 } };
  });
}
