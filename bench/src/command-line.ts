import { parseArgs } from 'node:util';
import type { RoundsOptions } from './providers/rounds.ts';

/** What `npm run bench -- --help` prints. */
export const HELP = `Usage: npm run bench -- [providers] [options]

Measures each provider client alone against simulators on loopback that take
20 ms to answer, beside the public client for its service; prints a table and
writes bench/RESULTS.md. Exit code 1 when a send was lost or doubled.

Options:
  --sends <n>           Sends of each client in each round, 1 to 100000 (default: 3000)
  --rounds <n>          Rounds that count, 1 to 50 (default: 5)
  --concurrency <list>  Sends under way at once, each 1 to 1000 (default: 100,500)
  -h, --help            Show this help`;

/** What a command line asks for. */
export type Command = { name: 'help' } | { name: 'providers'; options: RoundsOptions };

/** The command line asks for something there is not; the message says what. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * What these arguments (without node and the script) ask for.
 *
 * @throws UsageError for an unknown bench or option, or a value that does not do.
 */
export function parseCommandLine(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { name: 'help' };
  const unknown = positionals.find((name) => name !== 'providers');
  if (unknown !== undefined) throw new UsageError(`there is no bench "${unknown}"; there is "providers"`);
  return {
    name: 'providers',
    options: {
      sends: wholeNumber('--sends', values.sends, 100_000),
      rounds: wholeNumber('--rounds', values.rounds, 50),
      concurrency: values.concurrency.split(',').map((text) => wholeNumber('--concurrency', text, 1000)),
    },
  };
}

/** The command that asks for these options, whatever the defaults are. */
export const commandOf = ({ sends, rounds, concurrency }: RoundsOptions): string =>
  `npm run bench -- providers --sends ${sends} --rounds ${rounds} --concurrency ${concurrency.join(',')}`;

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        sends: { type: 'string', default: '3000' },
        rounds: { type: 'string', default: '5' },
        concurrency: { type: 'string', default: '100,500' },
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
