import { parseArgs } from 'node:util';
import type { RoundsOptions } from './providers/rounds.ts';
import { ROW_NAMES, ROWS, type RowName } from './rows/index.ts';
import type { RunOptions } from './rows/lab.ts';

/** What `npm run bench -- --help` prints. */
export const HELP = `Usage: npm run bench -- [rows] [--quick] [--profile]
       npm run bench -- providers [options]
       npm run bench -- decision
       npm run bench -- rings

Without rows: measures all of them and writes bench/RESULTS.md. With rows: measures those and prints them.
Exit code 1 if something was lost or duplicated.

Rows:
${ROW_NAMES.map((name) => `  ${name.padEnd(21)} ${ROWS[name].title}`).join('\n')}

providers: each provider client alone against simulators on loopback that take 20 ms to answer, compared with the
public client for its service. decision: the cost of a decision for one recipient. rings: how long a phone goes on
ringing after the call was answered on another.

Options:
  --quick               Fewer rounds and smaller groups; nothing is written
  --profile             P1, P1c: one more round with CPU profiles of our processes, in .fanfare/profiles
  --members <n>         P2: members of the largest group, up to 5000000 (default: 100000)
  --messages <n>        memory, memory-held: messages, up to 5000000 (default: 50000)
  --env <name=value>    Sets a variable of our processes, e.g. PACK_BULK=50; may be repeated
  --sends <n>           providers: sends per client and round, 1 to 100000 (default: 3000)
  --rounds <n>          providers: counted rounds, 1 to 50 (default: 5)
  --concurrency <list>  providers: concurrent sends, each 1 to 1000 (default: 100,500)
  -h, --help            Show this help`;

/** What a command line asks for. */
export type Command =
  | { name: 'help' }
  | { name: 'decision' }
  | { name: 'rings' }
  | { name: 'providers'; options: RoundsOptions }
  | RowsCommand;

/** To measure these rows. */
export interface RowsCommand extends RunOptions {
  name: 'rows';
  rows: readonly RowName[];
}

/** The command line is wrong; the message says how. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Parses the arguments (without node and the script).
 *
 * @throws UsageError for an unknown bench, row or option, or an invalid value.
 */
export function parseCommandLine(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { name: 'help' };
  const [bench] = positionals;
  if (bench !== 'decision' && bench !== 'rings' && bench !== 'providers') return rowsCommand(positionals, values);
  if (positionals.length > 1) throw new UsageError(`the bench "${bench}" runs alone`);
  if (bench === 'providers') return { name: bench, options: providersOptions(values) };
  if (Object.keys(values).length > 0) throw new UsageError(`the bench "${bench}" takes no options`);
  return { name: bench };
}

/** The command for these options, written out. */
export const commandOf = ({ sends, rounds, concurrency }: RoundsOptions): string =>
  `npm run bench -- providers --sends ${sends} --rounds ${rounds} --concurrency ${concurrency.join(',')}`;

type Values = ReturnType<typeof parse>['values'];

function rowsCommand(
  names: readonly string[],
  { quick = false, profile = false, members, messages, env = [], ...others }: Values,
): RowsCommand {
  const [option] = Object.keys(others);
  if (option !== undefined) throw new UsageError(`--${option} is an option of the bench "providers"`);
  const rows = names.map(rowNamed);
  return {
    name: 'rows',
    rows: rows.length === 0 ? ROW_NAMES : ROW_NAMES.filter((row) => rows.includes(row)),
    quick,
    profile,
    members: wholeNumber('--members', members ?? (quick ? '10000' : '100000'), 1, 5_000_000),
    messages: wholeNumber('--messages', messages ?? (quick ? '20000' : '50000'), 1, 5_000_000),
    env: Object.fromEntries(env.map(variableIn)),
  };
}

function rowNamed(name: string): RowName {
  const row = ROW_NAMES.find((known) => known.toLowerCase() === name.toLowerCase());
  if (row === undefined) throw new UsageError(`there is no row or bench "${name}"; see --help`);
  return row;
}

function variableIn(text: string): [name: string, value: string] {
  const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new UsageError(`--env: expected NAME=value, got "${text}"`);
  return [name, value];
}

function providersOptions({
  quick,
  profile,
  members,
  messages,
  env,
  sends = '3000',
  rounds = '5',
  concurrency = '100,500',
}: Values): RoundsOptions {
  if (quick ?? profile ?? members ?? messages ?? env)
    throw new UsageError('--quick, --profile, --members, --messages and --env are options of the rows');
  return {
    sends: wholeNumber('--sends', sends, 1, 100_000),
    rounds: wholeNumber('--rounds', rounds, 1, 50),
    concurrency: concurrency.split(',').map((text) => wholeNumber('--concurrency', text, 1, 1000)),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        quick: { type: 'boolean' },
        profile: { type: 'boolean' },
        members: { type: 'string' },
        messages: { type: 'string' },
        env: { type: 'string', multiple: true },
        sends: { type: 'string' },
        rounds: { type: 'string' },
        concurrency: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

/** The number an option was given. @throws UsageError that names the option if it is not within these limits. */
export function wholeNumber(name: string, text: string, min: number, max: number): number {
  const number = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new UsageError(`${name}: expected a whole number from ${min} to ${max}, got "${text}"`);
}
