import { type Command, commandOf, HELP, parseCommandLine, type RowsCommand, UsageError } from './command-line.ts';
import { benchDecision } from './decision/bench.ts';
import { type BenchResult, benchProviders } from './providers/bench.ts';
import type { RoundsOptions } from './providers/rounds.ts';
import { circumstances } from './report/machine.ts';
import { writeResults } from './report/results.ts';
import { markdownTable } from './report/table.ts';
import { benchRings } from './rings/bench.ts';
import { benchRows } from './rows/bench.ts';
import { ROW_NAMES } from './rows/index.ts';

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const complain = (text: string): void => void process.stderr.write(`${text}\n`);
/** With the seconds since the start. */
const progress = (text: string): void => complain(`${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${text}`);

/** Exit code 1 if something was lost, 2 if the command line is wrong. */
async function main(): Promise<void> {
  const command = parse();
  if (command?.name === 'help') print(HELP);
  if (command?.name === 'rows') await rows(command);
  if (command?.name === 'decision') decision();
  if (command?.name === 'providers') await providers(command.options);
  if (command?.name === 'rings') await written(circumstances('npm run bench -- rings'), benchRings(progress));
}

const providers = (options: RoundsOptions): Promise<void> =>
  written(circumstances(commandOf(options)), benchProviders(options, progress));

/** Measures rows and prints their table; a whole run is written to RESULTS.md too, even where a target was missed. */
async function rows(command: RowsCommand): Promise<void> {
  const isWhole = !command.quick && command.rows.length === ROW_NAMES.length && envOf(command).length === 0;
  const facts = circumstances(
    [
      'npm run bench --',
      ...command.rows,
      ...(command.quick ? ['--quick'] : []),
      ...sizeOf(command),
      ...envOf(command),
    ].join(' '),
  );
  const { title, head, rows, notes, losses } = await benchRows(command, progress);
  const table = markdownTable(head, rows);
  print([...facts, '', table, '', ...notes].join('\n'));
  if (losses.length > 0) return refuse(losses);
  if (isWhole) print(`\nWritten to ${writeResults({ title, facts, table, notes })}`);
}

/** The sizes that a row was given, as options. */
const sizeOf = ({ rows, members, messages }: RowsCommand): string[] => [
  ...(rows.includes('P2') ? [`--members ${members}`] : []),
  ...(rows.includes('memory') || rows.includes('memory-held') ? [`--messages ${messages}`] : []),
];

const envOf = ({ env }: RowsCommand): string[] => Object.entries(env).map(([name, value]) => `--env ${name}=${value}`);

/** Prints a bench's table and writes it to RESULTS.md, unless something was lost. */
async function written(facts: string[], result: Promise<BenchResult>): Promise<void> {
  const { title, head, rows, notes, losses } = await result;
  const table = markdownTable(head, rows);
  print(`\n${table}`);
  if (losses.length === 0) return print(`\nWritten to ${writeResults({ title, facts, table, notes })}`);
  refuse(losses);
}

function decision(): void {
  const facts = circumstances('npm run bench -- decision');
  const { head, rows, notes, losses } = benchDecision();
  print([...facts, '', markdownTable(head, rows), '', ...notes].join('\n'));
  if (losses.length > 0) refuse(losses);
}

function refuse(losses: readonly string[]): void {
  complain(`\nThese figures are invalid:\n${losses.join('\n')}`);
  process.exitCode = 1;
}

function parse(): Command | undefined {
  try {
    return parseCommandLine(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    complain(`bench: ${error.message}`);
    process.exitCode = 2;
    return undefined;
  }
}

await main();
