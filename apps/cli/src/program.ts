import type { Env } from '@fanfare/runtime';
import { Command } from 'commander';
import type { Actions } from './actions.ts';
import { addApps } from './apps/command.ts';
import { addCompletion } from './completion/command.ts';
import { addDeadLetters } from './dead-letters/command.ts';
import { addDev } from './dev/command.ts';
import { addDoctor } from './doctor/command.ts';
import { addEvents } from './events/command.ts';
import { addExplain } from './explain/command.ts';
import { addImport } from './import/command.ts';
import { addInit } from './init/command.ts';
import { addKeys } from './keys/command.ts';
import { addProviders } from './providers/command.ts';
import { addSend } from './send/command.ts';
import { addSize } from './size/command.ts';
import { addStatus } from './status/command.ts';
import { addTestPush } from './test-push/command.ts';
import { addTrace } from './trace/command.ts';
import { addUsers } from './users/command.ts';
import { version } from './version.ts';
import { addWorkspace } from './workspace/command.ts';

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
    .enablePositionalOptions()
    .exitOverride();
  program.commandsGroup('Run it:');
  addDev(program, actions, env);
  addInit(program, actions);
  addDoctor(program, actions, env);
  addStatus(program, actions);
  program.commandsGroup('What happened, and why:');
  addEvents(program, actions);
  addTrace(program, actions);
  addExplain(program, actions);
  addDeadLetters(program, actions);
  addUsers(program, actions);
  program.commandsGroup('Send:');
  addSend(program, actions);
  addTestPush(program, actions);
  program.commandsGroup('Set up:');
  addApps(program, actions);
  addKeys(program, actions);
  addProviders(program, actions);
  addImport(program, actions, env);
  program.commandsGroup('Plan and try:');
  addSize(program, actions);
  addWorkspace(program, actions);
  program.commandsGroup('Shell:');
  addCompletion(program, actions);
  return program;
}
