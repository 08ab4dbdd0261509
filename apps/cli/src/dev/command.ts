import { join } from 'node:path';
import type { Env } from '@fanfare/runtime';
import type { Command } from 'commander';
import type { Actions } from '../actions.ts';
import { subcommand } from '../subcommand.ts';
import { UsageError } from '../usage-error.ts';

const DEFAULT_PORT = '8080';
const DEFAULT_DATA = join('.fanfare', 'dev');

/** Adds `fanfare dev`. */
export function addDev(program: Command, { dev }: Actions, env: Env): void {
  subcommand(program, 'dev', 'Run the whole system in this terminal, with a demo')
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

function portOf(name: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new UsageError(`${name}: expected a port, 0 to 65535, got "${text}"`);
}
