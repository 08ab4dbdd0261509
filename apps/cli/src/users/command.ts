import type { Command } from 'commander';
import type { Actions } from '../actions.ts';
import { examples, type OperatorFlags, withApp } from '../operator/flags.ts';
import { subcommand } from '../subcommand.ts';

/** Adds `fanfare users`. */
export function addUsers(program: Command, { operate }: Actions): void {
  const group = subcommand(program, 'users', 'Show or erase a user');

  withApp(subcommand(group, 'show <uid>', 'Show the profile, devices, preferences and mutes of a user'))
    .action((uid: string, flags: OperatorFlags) =>
      operate(flags, async (operator) => (await import('./users.ts')).show(operator, uid)),
    )
    .addHelpText(
      'after',
      `
Push tokens are shortened, in JSON too. What the numbers of preferences mean is in
docs/preferences.md.
${examples('fanfare users show bob')}`,
    );

  withApp(subcommand(group, 'erase <uid>', 'Erase a user with all of their data'))
    .option('--yes', 'Do not ask')
    .action((uid: string, { yes = false, ...flags }: OperatorFlags & { yes?: boolean }) =>
      operate(flags, async (operator) => (await import('./users.ts')).erase(operator, uid, yes)),
    )
    .addHelpText('after', examples('fanfare users erase bob', 'fanfare users erase bob --yes'));
}
