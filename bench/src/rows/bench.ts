import { Closer } from '@fanfare/runtime';
import type { RowsCommand } from '../command-line.ts';
import type { BenchResult } from '../providers/bench.ts';
import { FIGURE_HEAD, figureCells } from '../report/figure.ts';
import { ROWS } from './index.ts';
import { Lab } from './lab.ts';
import type { RowResult } from './row.ts';

const NOTES = [
  'Fanfare: ingest, fan-out and sender as operators run them, and a Redis of their own that syncs every write.',
  'Plain: the straightforward BullMQ design (bench/src/plain) in as many processes, with the same Redis settings: ' +
    'SMEMBERS, tokens in a hash, `addBulk` of full messages, 50 jobs at once, firebase-admin `send()`.',
  'The two take turns, round by round; figures are medians of the rounds.',
  'CPU: user and system time of all processes of a design and its Redis, by /proc and INFO, without provider and load.',
  'Deliveries/s: from the first POST to the last push accepted.',
];

/** Measures rows, one after the other, and says what each has come to: a whole run takes most of an hour. */
export async function benchRows({ rows, ...options }: RowsCommand, say: (line: string) => void): Promise<BenchResult> {
  const closer = new Closer();
  const lab = new Lab({ ...options, say, closer });
  try {
    const results: RowResult[] = [];
    for (const [i, name] of rows.entries()) {
      const result = await ROWS[name].run(lab);
      results.push(result);
      say(`${name} is measured, ${i + 1} of ${rows.length}`);
      for (const figure of result.figures) say(`  ${figureCells(figure).join(' | ')}`);
    }
    const { provider } = await lab.stage();
    return {
      title: 'Fanfare beside plain',
      head: FIGURE_HEAD,
      rows: results.flatMap(({ figures }) => figures).map(figureCells),
      notes: [`FCM is ${provider.name}.`, ...NOTES, ...results.flatMap(({ notes = [] }) => notes)],
      losses: results.flatMap(({ losses = [] }) => losses),
    };
  } finally {
    await closer.close();
  }
}
