import type { Command } from 'commander';
import type { Actions } from '../actions.ts';
import { subcommand } from '../subcommand.ts';

/** Adds `fanfare keys`. */
export function addKeys(program: Command, { keys }: Actions): void {
  const group = subcommand(program, 'keys', 'Derive the key of fan-out; encrypt all secrets with a new master key');
  subcommand(group, 'derive', "Print fan-out's key, derived from the master key")
    .action(() => keys('derive'))
    .addHelpText(
      'after',
      `
It is FANFARE_MEMBERSHIP_KEY of fanout, and decrypts the secrets of membership sources
and nothing else.

Environment:
  FANFARE_MASTER_KEY            The current key`,
    );
  subcommand(group, 'reseal', 'Encrypt all secrets anew after the master key was changed')
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
