import type { Env } from '@fanfare/runtime';
import { type Command, Option } from 'commander';
import type { Actions } from '../actions.ts';
import { DEFAULT_URL, subcommand } from '../subcommand.ts';
import { UsageError } from '../usage-error.ts';
import { FORMATS, type Format } from './formats.ts';

interface ImportFlags {
  format?: Format;
  group?: string;
  type?: string;
  dryRun?: true;
  print?: true;
  url?: string;
  id?: string;
  json?: true;
}

/** Adds `fanfare import`. */
export function addImport(program: Command, actions: Actions, env: Env): void {
  subcommand(program, 'import <file>', 'Load users, push tokens, preferences, mutes and groups from a file')
    .addOption(
      new Option('--format <format>', 'What the file is; by default by its name, .csv or .json (cometchat)').choices(
        FORMATS,
      ),
    )
    .option('--group <guid>', "The group whose members a list of CometChat's contains")
    .option('--type <type>', 'The type of all lines of a CSV without a column "type"')
    .option('--dry-run', 'Only check the lines')
    .option('--print', 'Only print the lines')
    .option('--url <url>', `The API (default: FANFARE_URL, else ${DEFAULT_URL})`)
    .option('--id <id>', 'Id of the import (default: one of the file)')
    .option('--json', 'Print JSON')
    .action((path: string, flags: ImportFlags) => {
      const { format = formatOf(path), url = env.FANFARE_URL || DEFAULT_URL, group, type, id } = flags;
      const [dryRun, print, json] = [flags.dryRun === true, flags.print === true, flags.json === true];
      const apiKey = env.FANFARE_API_KEY ?? '';
      if (apiKey === '' && !print) throw new UsageError('FANFARE_API_KEY is not set: a key with the scope "manage"');
      return actions.import({ path, format, url, apiKey, group, type, id, dryRun, print, json });
    })
    .addHelpText(
      'after',
      `
ndjson has the lines of an import (docs/import.md), csv the same as a table with the
names of the fields in the first record, cometchat saved answers of CometChat's REST
API: lists of users, groups, members, push tokens. If an import breaks off, the same
command continues where it was; after that it starts again, which changes nothing.

Exits with 1 if lines were rejected, with 2 if the file was not imported.

Examples:
  fanfare import users.ndjson --dry-run
  fanfare import members.json --group hiking

Environment:
  FANFARE_API_KEY    A key with the scope "manage"
  FANFARE_URL        The API`,
    );
}

/** The format of a file by its name. */
function formatOf(path: string): Format {
  if (/\.csv$/i.test(path)) return 'csv';
  return /\.json$/i.test(path) ? 'cometchat' : 'ndjson';
}
