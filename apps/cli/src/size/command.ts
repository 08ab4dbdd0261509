import type { Command } from 'commander';
import type { Actions } from '../actions.ts';
import { subcommand } from '../subcommand.ts';
import { loadOf, SIZE_FLAGS, type SizeValues } from './flags.ts';

/** Adds `fanfare size`. */
export function addSize(program: Command, { size }: Actions): void {
  const command = subcommand(program, 'size', 'How many processes and how much Redis a load needs');
  for (const { option, what, fallback } of Object.values(SIZE_FLAGS)) {
    if (fallback === undefined) command.requiredOption(option, what);
    else command.option(option, what, String(fallback));
  }
  command
    .option('--json', 'Print JSON')
    .action(({ json, ...values }: SizeValues & { json?: true }) => size(loadOf(values), json === true))
    .addHelpText(
      'after',
      `
A model of what the bench measured; docs/sizing.md says how close it is.

Example:
  fanfare size --messages 300 --members 50 --users 1000000`,
    );
}
