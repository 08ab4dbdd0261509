import { join } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Env } from '@fanfare/runtime';
import { DEV_HELP, HELP } from './help.ts';
import { version } from './version.ts';

/** What `fanfare dev` may be told. */
export interface DevOptions {
  /** The API's port; the next free one when it is taken, any free one when 0. */
  port: number;
  /** Where Redis's data, keys and certificates are kept. */
  data: string;
}

/** What a command line asks for. */
export type Command = { name: 'print'; text: string } | { name: 'dev'; options: DevOptions };

/** The command line asks for something there is not; the message names it and what helps. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const DEFAULT_PORT = '8080';
const DEFAULT_DATA = join('.fanfare', 'dev');

/**
 * What these arguments (without node and the script) ask for.
 *
 * @throws UsageError for an unknown command or option, or a value that does not do.
 */
export function parseCommandLine([first, ...rest]: readonly string[], env: Env): Command {
  if (first === undefined) return { name: 'print', text: HELP };
  if (first === 'dev') return parseDev(rest, env);
  if (!first.startsWith('-')) throw new UsageError(`there is no command "${first}"; see "fanfare --help"`);
  const values = parse('fanfare', [first, ...rest], {
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean', short: 'v' },
  });
  return { name: 'print', text: values.help ? HELP : version() };
}

function parseDev(args: readonly string[], env: Env): Command {
  const values = parse('fanfare dev', args, {
    help: { type: 'boolean', short: 'h' },
    port: { type: 'string' },
    data: { type: 'string', default: DEFAULT_DATA },
  });
  if (values.help) return { name: 'print', text: DEV_HELP };
  if (values.data === '') throw new UsageError('--data: expected a folder, got nothing');
  const port =
    values.port === undefined ? parsePort('PORT', env.PORT || DEFAULT_PORT) : parsePort('--port', values.port);
  return { name: 'dev', options: { port, data: values.data } };
}

function parse<Options extends NonNullable<ParseArgsConfig['options']>>(
  command: string,
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (error) {
    // Node goes on about how to pass a positional argument, of which we take none.
    const [problem] = (error as Error).message.split(/\. (?:To specify|This command)/);
    throw new UsageError(`${problem}; see "${command} --help"`, { cause: error });
  }
}

function parsePort(name: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new UsageError(`${name}: expected a port, 0 to 65535, got "${text}"`);
}
