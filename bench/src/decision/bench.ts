import type { BenchResult } from '../providers/bench.ts';
import { median } from '../report/statistics.ts';
import { CASES, type Case, PEOPLE } from './cases.ts';

/** Counted rounds; a first one, not counted, warms up the compiler. */
const ROUNDS = 7;
/** Events prepared per round. */
const EVENTS = 2000;
/** Decisions per user and round. */
const PASSES = 20;

const NOTES = [
  `One thread; each case decides for ${PEOPLE} users ${PASSES} times per round, and prepares ${EVENTS} events.`,
  `Medians of ${ROUNDS} rounds, the cases in turn.`,
  'Work done once per event, for all recipients, is not in these figures but in the last column.',
];

const HEAD = ['recipients', 'ns/recipient', 'min–max', ': trivial', 'recipients/s per core', 'µs/event'];

/** Measures the cost of a decision per recipient. */
export function benchDecision(): BenchResult {
  const figures = CASES.map(() => ({ perRecipient: [] as number[], perEvent: [] as number[] }));
  const losses = new Set<string>();
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [i, subject] of CASES.entries()) {
      const { nsPerRecipient, nsPerEvent, sent } = measure(subject);
      if (sent !== subject.sent) losses.add(`${subject.label}: ${sent} of ${PEOPLE} sent, not ${subject.sent}`);
      if (round === 0) continue;
      figures[i]?.perRecipient.push(nsPerRecipient);
      figures[i]?.perEvent.push(nsPerEvent);
    }
  }
  const trivial = median(figures[0]?.perRecipient ?? []);
  const rows = CASES.map(({ label }, i) => {
    const { perRecipient = [], perEvent = [] } = figures[i] ?? {};
    const ns = median(perRecipient);
    const range = `${Math.min(...perRecipient).toFixed(0)}–${Math.max(...perRecipient).toFixed(0)}`;
    const cells = [ns.toFixed(1), range, (ns / trivial).toFixed(1), (1e9 / ns).toPrecision(2)];
    return [label, ...cells, (median(perEvent) / 1000).toFixed(1)];
  });
  return { title: 'Decision', head: HEAD, rows, notes: NOTES, losses: [...losses] };
}

interface Measured {
  nsPerRecipient: number;
  nsPerEvent: number;
  /** In the last pass. */
  sent: number;
}

function measure({ recipients, prepare }: Case): Measured {
  const before = process.hrtime.bigint();
  let decide = prepare();
  for (let event = 1; event < EVENTS; event += 1) decide = prepare();
  const prepared = process.hrtime.bigint();
  let sent = 0;
  for (let pass = 0; pass < PASSES; pass += 1) {
    sent = 0;
    for (const recipient of recipients) if (decide(recipient).send) sent += 1;
  }
  const done = process.hrtime.bigint();
  const nsPerRecipient = Number(done - prepared) / (PASSES * recipients.length);
  return { nsPerRecipient, nsPerEvent: Number(prepared - before) / EVENTS, sent };
}
