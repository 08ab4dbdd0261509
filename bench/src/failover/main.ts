import { UsageError } from '../command-line.ts';
import { circumstances } from '../report/machine.ts';
import { markdownTable } from '../report/table.ts';
import { HELP, parseFailover } from './command-line.ts';
import { type Outcome, runFailover } from './run.ts';

const HEAD = [
  'Redis',
  'setting',
  'answered',
  'in the stall',
  'lost',
  'sums',
  'of the blast',
  'twice',
  'outage',
  'ingest, CPU/event',
  '202, p50',
  'p99',
  'per second',
];

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Exit code 1 if sums are wrong or a wait was in vain, 2 if the command line is wrong. */
async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const options = parseFailover(args);
  if (options === 'help') return print(HELP);
  const facts = circumstances(['npm run failover --', ...args].join(' '));
  const rows: string[][] = [];
  for (const topology of options.topologies) {
    for (const setting of options.settings) {
      const outcome = await runFailover({ ...options, topology, setting });
      print(`${topology}, ${setting.name}: readyz: ${outcome.readyz}; lost ${outcome.lost}`);
      for (const one of outcome.wrong.slice(0, 10)) print(`  wrong: ${one}`);
      rows.push([topology, setting.name, ...cellsOf(outcome)]);
      const isPromised = setting.env.REDIS_WAIT_REPLICAS !== undefined;
      if (outcome.wrong.length > 0 || (isPromised && outcome.lost > 0)) process.exitCode = 1;
    }
  }
  const { members, lagMs, stallMs } = options;
  const replication = `Replication lags by ${lagMs} ms, and stands still ${stallMs} ms before the kill.`;
  print(['', ...facts, `Blast: ${members}. ${replication}`, '', markdownTable(HEAD, rows)].join('\n'));
}

const cellsOf = (outcome: Outcome): string[] => [
  String(outcome.answered),
  String(outcome.inStall),
  String(outcome.lost),
  outcome.wrong.length === 0 ? 'exact' : `${outcome.wrong.length} wrong`,
  String(outcome.reached),
  String(outcome.repeated),
  `${(outcome.outageMs / 1000).toFixed(1)} s`,
  `${outcome.cpuMicros.toFixed(0)} µs`,
  `${outcome.p50.toFixed(1)} ms`,
  `${outcome.p99.toFixed(1)} ms`,
  outcome.perSecond.toFixed(0),
];

await main().catch((error: Error) => {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`failover: ${error.message}\n`);
  process.exitCode = 2;
});
