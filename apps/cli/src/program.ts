import { join } from 'node:path';
import type { Load } from '@fanfare/core';
import type { Env } from '@fanfare/runtime';
import { Command, Option } from 'commander';
import type { DevOptions } from './dev/dev-options.ts';
import type { DoctorOptions } from './doctor/doctor.ts';
import type { ImportCommand } from './import/import.ts';
import { FORMATS, type Format } from './import/read-file.ts';
import type { InitOptions } from './init/init.ts';
import { UsageError } from './usage-error.ts';
import { version } from './version.ts';

/** What the commands do. */
export interface Actions {
  dev(options: DevOptions): Promise<void>;
  doctor(options: DoctorOptions): Promise<void>;
  init(options: InitOptions): Promise<void>;
  import(command: ImportCommand): Promise<void>;
  keys(action: 'derive' | 'reseal'): Promise<void>;
  size(load: Load): Promise<void>;
}

const DEFAULT_PORT = '8080';
const DEFAULT_URL = 'http://127.0.0.1:8080';
const DEFAULT_DATA = join('.fanfare', 'dev');

/**
 * The command line `fanfare`. Parsing it runs one action.
 *
 * It throws CommanderError after it printed a help or a problem, and UsageError for an invalid value.
 */
export function createProgram(actions: Actions, env: Env): Command {
  const program = new Command('fanfare')
    .description('Fanfare: self-hosted push notifications for chat.')
    .version(version(), '-v, --version', 'Show the version')
    .helpOption('-h, --help', 'Show this help; "fanfare <command> --help" shows a command\'s')
    .helpCommand(false)
    .configureHelp({ sortOptions: false })
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'fanfare: ')) })
    .showHelpAfterError('(see "fanfare --help")')
    .exitOverride();
  addDev(program, actions, env);
  addDoctor(program, actions, env);
  addInit(program, actions);
  addImport(program, actions, env);
  addKeys(program, actions);
  addSize(program, actions);
  return program;
}

/** A command whose mistakes point to its own help. */
const command = (parent: Command, usage: string, description: string): Command => {
  const added = parent.command(usage).description(description).helpOption('-h, --help', 'Show this help');
  return added.showHelpAfterError(`(see "${pathOf(added)} --help")`);
};

const pathOf = (command: Command): string =>
  command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();

function addDev(program: Command, { dev }: Actions, env: Env): void {
  command(program, 'dev', 'Run the whole system in this terminal, with a demo')
    .option('--port <port>', 'Port of the API (default: PORT, else 8080)')
    .option('--data <folder>', 'Folder for Redis data, keys and certificates', DEFAULT_DATA)
    .action(({ port, data }: { port?: string; data: string }) => {
      if (data === '') throw new UsageError('--data: expected a folder, got nothing');
      return dev({
        port: port === undefined ? portOf('PORT', env.PORT || DEFAULT_PORT) : portOf('--port', port),
        data,
      });
    })
    .addHelpText(
      'after',
      `
Runs the API, the console, fan-out, sender, a Redis of its own and a simulator that
stands in for FCM, APNs and a webhook. Adds a demo app with users and devices, sends
one event of each kind and prints the deliveries as they happen. Ctrl-C stops it all.
If a port is taken, the next free one is used and printed.

Environment:
  REDIS_URL            Use this Redis instead of a private one
  FANFARE_ADMIN_KEY    The operator's key (default: created once, kept in --data)
  FANFARE_MASTER_KEY   Encrypts provider secrets (default: created once, kept in --data)
  CONSOLE_PASSWORD     Opens the console (default: created once, kept in --data)
  HOST                 Address of the API, the console and the workers' health ports (default: 127.0.0.1)
  LOG_LEVEL            Minimum log level of the apps (default: warn)
  NO_COLOR             No colours
All other variables of the apps apply too, except FCM_ENDPOINT, APNS_ENDPOINT and
APNS_SANDBOX_ENDPOINT: pushes go to the simulator.`,
    );
}

function addDoctor(program: Command, { doctor }: Actions, env: Env): void {
  command(program, 'doctor', 'Find what is wrong with an installation, and how to mend it')
    .option('--url <url>', `The API (default: FANFARE_URL, else ${DEFAULT_URL})`)
    .option('--json', 'Print JSON')
    .action(({ url = env.FANFARE_URL || DEFAULT_URL, json = false }: { url?: string; json?: boolean }) => {
      const adminKey = env.FANFARE_ADMIN_KEY ?? '';
      if (adminKey === '') throw new UsageError("FANFARE_ADMIN_KEY is not set: the operator's key");
      return doctor({ url, adminKey, json });
    })
    .addHelpText(
      'after',
      `
Asks the API for the state of the system, tries every credential (a dry run) and every
webhook (a test push), and compares clocks, versions and addresses. With the variables
of the apps in the environment it checks more: REDIS_URL, PUBLIC_URL, CORS_ORIGINS.

Exits with 1 if there is a problem, with 2 if the API gives no answer.

Example:
  set -a; . ./.env; fanfare doctor

Environment:
  FANFARE_ADMIN_KEY  The operator's key
  FANFARE_URL        The API`,
    );
}

function addInit(program: Command, { init }: Actions): void {
  command(program, 'init', 'Write .env with new secrets, for docker compose')
    .option('--file <file>', 'The file to write; one that exists is never overwritten', '.env')
    .option('--print', 'Print the secrets instead')
    .action(({ file, print }: { file: string; print?: true }) => {
      if (file === '') throw new UsageError('--file: expected a file, got nothing');
      return init({ file: print ? undefined : file });
    })
    .addHelpText(
      'after',
      `
The secrets are the operator's key, the master key and fan-out's, and the passwords
of the console and of Redis.`,
    );
}

interface ImportFlags {
  format?: Format;
  group?: string;
  type?: string;
  dryRun?: true;
  print?: true;
  url?: string;
  id?: string;
}

function addImport(program: Command, actions: Actions, env: Env): void {
  command(program, 'import <file>', 'Load users, push tokens, preferences, mutes and groups from a file')
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
    .action((path: string, flags: ImportFlags) => {
      const { format = formatOf(path), url = env.FANFARE_URL || DEFAULT_URL, group, type, id } = flags;
      const [dryRun, print] = [flags.dryRun === true, flags.print === true];
      const apiKey = env.FANFARE_API_KEY ?? '';
      if (apiKey === '' && !print) throw new UsageError('FANFARE_API_KEY is not set: a key with the scope "manage"');
      return actions.import({ path, format, url, apiKey, group, type, id, dryRun, print });
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

function addKeys(program: Command, { keys }: Actions): void {
  const group = command(program, 'keys', 'Derive the key of fan-out; encrypt all secrets with a new master key');
  command(group, 'derive', "Print fan-out's key, derived from the master key")
    .action(() => keys('derive'))
    .addHelpText(
      'after',
      `
It is FANFARE_MEMBERSHIP_KEY of fanout, and decrypts the secrets of membership sources
and nothing else.

Environment:
  FANFARE_MASTER_KEY            The current key`,
    );
  command(group, 'reseal', 'Encrypt all secrets anew after the master key was changed')
    .action(() => keys('reseal'))
    .addHelpText(
      'after',
      `
Says what was on another key. Run it after FANFARE_MASTER_KEY has changed, with the old
key in FANFARE_MASTER_KEY_PREVIOUS; it may be repeated. Exits with 1 while there is a
secret that no key opens.

Environment:
  FANFARE_MASTER_KEY            The current key
  FANFARE_MASTER_KEY_PREVIOUS   The one before it
  REDIS_URL                     The registry's Redis`,
    );
}

function addSize(program: Command, { size }: Actions): void {
  command(program, 'size', 'How many processes and how much Redis a load needs')
    .requiredOption('--messages <n>', 'Messages a second, in the busiest hour')
    .option('--members <n>', 'Recipients of a message; 1: between two users', '1')
    .option('--users <n>', 'Users', '100000')
    .option('--devices <n>', 'Devices of a user', '1')
    .option('--latency <ms>', 'What a push service or webhook takes to answer', '100')
    .option('--retention <hours>', 'How long history is kept', '24')
    .option('--day <share>', 'The average of a day, as a share of the busiest hour', '0.4')
    .action((flags: Record<SizeFlag, string>) =>
      size({
        messagesPerSecond: positive('--messages', flags.messages),
        recipients: positive('--members', flags.members),
        users: positive('--users', flags.users),
        devicesPerUser: positive('--devices', flags.devices),
        latencyMs: positive('--latency', flags.latency),
        retentionHours: positive('--retention', flags.retention),
        dayShare: positive('--day', flags.day),
      }),
    )
    .addHelpText(
      'after',
      `
A model of what the bench measured; docs/sizing.md says how close it is.

Example:
  fanfare size --messages 300 --members 50 --users 1000000`,
    );
}

type SizeFlag = 'messages' | 'members' | 'users' | 'devices' | 'latency' | 'retention' | 'day';

function positive(name: string, text: string): number {
  const number = /^\d{1,12}(\.\d{1,6})?$/.test(text) ? Number(text) : 0;
  if (number > 0) return number;
  throw new UsageError(`${name}: expected a number above 0, got "${text}"`);
}

/** The format of a file by its name. */
function formatOf(path: string): Format {
  if (/\.csv$/i.test(path)) return 'csv';
  return /\.json$/i.test(path) ? 'cometchat' : 'ndjson';
}

function portOf(name: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new UsageError(`${name}: expected a port, 0 to 65535, got "${text}"`);
}
