import type { Env } from '@fanfare/runtime';
import type { Command } from 'commander';
import type { Actions } from '../actions.ts';
import { DEFAULT_URL, subcommand } from '../subcommand.ts';
import { UsageError } from '../usage-error.ts';

/** Adds `fanfare doctor`. */
export function addDoctor(program: Command, { doctor }: Actions, env: Env): void {
  subcommand(program, 'doctor', 'Find what is wrong with an installation, and how to mend it')
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
