import type { BenchResult } from '../providers/bench.ts';
import { CASES, type Case, PEOPLE } from './cases.ts';

/** Counted rounds; the first one, not counted, is for the compiler. */
const ROUNDS = 7;
/** Events that are prepared for in a round. */
const EVENTS = 2000;
/** Times that every person is decided about in a round. */
const PASSES = 20;

const NOTES = [
  `One thread; each case decides about ${PEOPLE} people ${PASSES} times a round, and prepares for ${EVENTS} events; medians of ${ROUNDS} rounds, the cases in turn.`,
  'What is worked out once for an event, for all recipients, is not in the figures but in the last column.',
];

const HEAD = ['recipients', 'ns/recipient', 'min–max', ': trivial', 'recipients/s per core', 'µs/event'];

/** What the decision costs, recipient by recipient. */
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

/** Of an odd number of figures. */
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
