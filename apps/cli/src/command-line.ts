import { join } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Env } from '@fanfare/runtime';
import { DEV_HELP, HELP, IMPORT_HELP, INIT_HELP, KEYS_HELP } from './help.ts';
import type { ImportCommand } from './import/import.ts';
import { FORMATS, type Format } from './import/read-file.ts';
import type { InitOptions } from './init/init.ts';
import { version } from './version.ts';

/** The options of `fanfare dev`. */
export interface DevOptions {
  /** The API's port; if it is taken, the next free one; 0: any free port. */
  port: number;
  /** The folder for Redis data, keys and certificates. */
  data: string;
}

/** A parsed command line. */
export type Command =
  | { name: 'print'; text: string }
  | { name: 'dev'; options: DevOptions }
  | { name: 'init'; options: InitOptions }
  | { name: 'keys'; action: 'derive' | 'reseal' }
  | { name: 'import'; options: ImportCommand };

/** The command line is wrong. The message names the problem and points to the help. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const DEFAULT_PORT = '8080';
const DEFAULT_URL = 'http://127.0.0.1:8080';
const DEFAULT_DATA = join('.fanfare', 'dev');

/**
 * Parses the arguments (without node and the script).
 *
 * @throws UsageError for an unknown command or option, or an invalid value.
 */
export function parseCommandLine([first, ...rest]: readonly string[], env: Env): Command {
  if (first === undefined) return { name: 'print', text: HELP };
  if (first === 'dev') return parseDev(rest, env);
  if (first === 'init') return parseInit(rest);
  if (first === 'keys') return parseKeys(rest);
  if (first === 'import') return parseImport(rest, env);
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

function parseInit(args: readonly string[]): Command {
  const { help, file, print } = parse('fanfare init', args, {
    help: { type: 'boolean', short: 'h' },
    file: { type: 'string', default: '.env' },
    print: { type: 'boolean', default: false },
  });
  if (help) return { name: 'print', text: INIT_HELP };
  if (file === '') throw new UsageError('--file: expected a file, got nothing');
  return { name: 'init', options: { file: print ? undefined : file } };
}

function parseKeys([action, ...rest]: readonly string[]): Command {
  if (action === 'derive' || action === 'reseal') {
    const { help } = parse(`fanfare keys ${action}`, rest, { help: { type: 'boolean', short: 'h' } });
    return help ? { name: 'print', text: KEYS_HELP } : { name: 'keys', action };
  }
  if (action === undefined || action === '--help' || action === '-h') return { name: 'print', text: KEYS_HELP };
  throw new UsageError(`there is no command "keys ${action}"; see "fanfare keys --help"`);
}

function parseImport([path, ...rest]: readonly string[], env: Env): Command {
  if (path === undefined || path === '--help' || path === '-h') return { name: 'print', text: IMPORT_HELP };
  if (path.startsWith('-')) throw new UsageError('the file comes first; see "fanfare import --help"');
  const values = parse('fanfare import', rest, {
    help: { type: 'boolean', short: 'h' },
    format: { type: 'string', default: formatOf(path) },
    url: { type: 'string', default: env.FANFARE_URL || DEFAULT_URL },
    group: { type: 'string' },
    type: { type: 'string' },
    id: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
    print: { type: 'boolean', default: false },
  });
  if (values.help) return { name: 'print', text: IMPORT_HELP };
  const { 'dry-run': dryRun, format, url, group, type, id, print } = values;
  if (!isFormat(format)) throw new UsageError(`--format: expected ${FORMATS.join(', ')}, got "${format}"`);
  const apiKey = env.FANFARE_API_KEY ?? '';
  if (apiKey === '' && !print) throw new UsageError('FANFARE_API_KEY is not set: a key with the scope "manage"');
  return { name: 'import', options: { path, format, url, apiKey, group, type, id, dryRun, print } };
}

const isFormat = (text: string): text is Format => FORMATS.some((format) => format === text);

/** The format of a file by its name. */
function formatOf(path: string): Format {
  if (/\.csv$/i.test(path)) return 'csv';
  return /\.json$/i.test(path) ? 'cometchat' : 'ndjson';
}

function parse<Options extends NonNullable<ParseArgsConfig['options']>>(
  command: string,
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (error) {
    // Node adds advice about positional arguments, which we do not have.
    const [problem] = (error as Error).message.split(/\. (?:To specify|This command)/);
    throw new UsageError(`${problem}; see "${command} --help"`, { cause: error });
  }
}

function parsePort(name: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new UsageError(`${name}: expected a port, 0 to 65535, got "${text}"`);
}
