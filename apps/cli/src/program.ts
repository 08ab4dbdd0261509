import type { Env } from '@fanfare/runtime';
import { Command } from 'commander';
import type { Actions } from './actions.ts';
import { addDev } from './dev/command.ts';
import { addDoctor } from './doctor/command.ts';
import { addImport } from './import/command.ts';
import { addInit } from './init/command.ts';
import { addKeys } from './keys/command.ts';
import { addSize } from './size/command.ts';
import { version } from './version.ts';

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
