import type { Command } from 'commander';

/** The API that commands call unless they are told another. */
export const DEFAULT_URL = 'http://127.0.0.1:8080';

/** Adds a command whose mistakes point to its own help. */
export function subcommand(parent: Command, usage: string, description: string): Command {
  const added = parent.command(usage).description(description).helpOption('-h, --help', 'Show this help');
  return added.showHelpAfterError(`(see "${pathOf(added)} --help")`);
}

const pathOf = (command: Command): string =>
  command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
