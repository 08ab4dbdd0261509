import { runRound, type Work } from '../pipeline/round.ts';
import type { Figure } from '../report/figure.ts';
import { median } from '../report/statistics.ts';
import type { Fanfare } from '../system/fanfare.ts';
import type { Stage } from '../system/stage.ts';
import type { Lab } from './lab.ts';
import type { Row, RowResult } from './row.ts';

const SENDERS = { full: [1, 2, 4], quick: [1, 2] };
const LATENCY_MS = 100;
/** Sends at once and process: little enough for the latency to bind, not the CPU. */
const CONCURRENCY = 20;
/** Deliveries per sender and round. */
const DELIVERIES = { full: 1000, quick: 500 };
const ROUNDS = { full: 3, quick: 1 };

/** How the rate grows with the senders when only the endpoint's latency binds. */
export const scaleOut: Row = {
  title: `1, 2 and 4 senders, an endpoint of ${LATENCY_MS} ms, ${CONCURRENCY} sends at once each`,
  run: (lab) => {
    const concurrency = String(CONCURRENCY);
    // Everything is bulk.
    const env = { SENDER_CONCURRENCY_BULK: concurrency, BULK_AUDIENCE: '1' };
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
  const rates = new Map<number, number>();
  const losses: string[] = [];
  let running = 1;
  for (const senders of lab.quick ? SENDERS.quick : SENDERS.full) {
    for (; running < senders; running += 1) await fanfare.start('sender');
    const members = senders * (lab.quick ? DELIVERIES.quick : DELIVERIES.full);
    await fanfare.bench.registry.createGroup(`group-${senders}`, members);
    const samples: number[] = [];
    for (let round = 0; round <= (lab.quick ? ROUNDS.quick : ROUNDS.full); round += 1) {
      const posts = [{ id: `message-${senders}-${round}`, group: `group-${senders}` }];
      const work: Work = { posts, deliveries: members, concurrency: 1 };
      const { deliveriesPerSecond, loss } = await runRound(fanfare, { accepted: async () => arrived }, work);
      lab.say(`P7: ${senders} senders, round ${round}: ${deliveriesPerSecond.toFixed(0)}/s`);
      if (round > 0) samples.push(deliveriesPerSecond);
      if (loss !== undefined) losses.push(`P7, ${senders} senders: ${loss}`);
    }
    rates.set(senders, median(samples));
  }
  return { figures: figuresOf(rates), losses };
}

function figuresOf(rates: ReadonlyMap<number, number>): Figure[] {
  const one = rates.get(1) as number;
  return [...rates].map(([senders, ours]): Figure => {
    if (senders === 1) return { row: 'P7', what: 'deliveries/s, 1 sender', ours };
    const what = `${senders} senders; plain: ${senders} × one`;
    return { row: 'P7', what, ours, plain: senders * one, target: { of: 'ratio', atLeast: 0.9 } };
  });
}
