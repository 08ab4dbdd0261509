import { parseArgs } from 'node:util';
import type { RoundsOptions } from './providers/rounds.ts';

/** What `npm run bench -- --help` prints. */
export const HELP = `Usage: npm run bench -- [providers] [options]
       npm run bench -- decision
       npm run bench -- rings

providers: measures each provider client alone against simulators on loopback
that take 20 ms to answer, and compares it with the public client for its
service; prints a table and writes bench/RESULTS.md. Exit code 1 if a send was
lost or duplicated.

decision: measures the cost of a decision for one recipient, in this process,
and prints a table. Takes no options.

rings: measures how long a phone goes on ringing after the call was answered on
another, with the whole system in this process; prints a table and writes
bench/RESULTS.md. Takes no options. Exit code 1 when a device did not stop.

Options:
  --sends <n>           Sends per client and round, 1 to 100000 (default: 3000)
  --rounds <n>          Counted rounds, 1 to 50 (default: 5)
  --concurrency <list>  Concurrent sends, each 1 to 1000 (default: 100,500)
  -h, --help            Show this help`;

/** What a command line asks for. */
export type Command =
  | { name: 'help' }
  | { name: 'decision' }
  | { name: 'rings' }
  | { name: 'providers'; options: RoundsOptions };

/** The command line is wrong; the message says how. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Parses the arguments (without node and the script).
 *
 * @throws UsageError for an unknown bench or option, or an invalid value.
 */
export function parseCommandLine(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { name: 'help' };
  const [bench = 'providers', ...more] = positionals;
  if (more.length > 0) throw new UsageError('one bench at a time');
  if (bench === 'decision' || bench === 'rings') {
    if (Object.keys(values).length > 0) throw new UsageError(`the bench "${bench}" takes no options`);
    return { name: bench };
  }
  if (bench !== 'providers') {
    throw new UsageError(`there is no bench "${bench}"; there are "providers", "decision" and "rings"`);
  }
  const { sends = '3000', rounds = '5', concurrency = '100,500' } = values;
  return {
    name: 'providers',
    options: {
      sends: wholeNumber('--sends', sends, 100_000),
      rounds: wholeNumber('--rounds', rounds, 50),
      concurrency: concurrency.split(',').map((text) => wholeNumber('--concurrency', text, 1000)),
    },
  };
}

/** The command for these options, written out. */
export const commandOf = ({ sends, rounds, concurrency }: RoundsOptions): string =>
  `npm run bench -- providers --sends ${sends} --rounds ${rounds} --concurrency ${concurrency.join(',')}`;

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        sends: { type: 'string' },
        rounds: { type: 'string' },
        concurrency: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function wholeNumber(name: string, text: string, max: number): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= max) return number;
  throw new UsageError(`${name}: expected a whole number from 1 to ${max}, got "${text}"`);
}
