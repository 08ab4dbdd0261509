import type { Command } from 'commander';
import type { Actions } from '../actions.ts';
import { examples, type OperatorFlags, withOperator } from '../operator/flags.ts';
import { wholeNumber } from '../operator/numbers.ts';
import { subcommand } from '../subcommand.ts';

interface StatusFlags extends OperatorFlags {
  watch?: true;
  every: number;
}

/** Adds `fanfare status`. */
export function addStatus(program: Command, { operate }: Actions): void {
  withOperator(subcommand(program, 'status', 'Show whether the system is healthy, and what waits'))
    .option('--watch', 'Show it again and again, until Ctrl-C')
    .option('--every <seconds>', 'How often with --watch', wholeNumber(1, 3600), 2)
    .action((flags: StatusFlags) =>
      operate(flags, async (operator) => {
        const { status, watch } = await import('./status.ts');
        return flags.watch ? watch(operator, flags.every * 1000) : status(operator);
      }),
    )
    .addHelpText(
      'after',
      `
The verdict, lanes, processes, what refuses, and Redis. Exits with 1 if a finding is
critical (users are not notified, or events may be lost), with 2 if the API gives no
answer. docs/operations.md says what the findings mean.
${examples('fanfare status', 'fanfare status --watch', 'fanfare status --json | jq .verdict')}`,
    );
}
