import type { Command } from 'commander';
import type { Actions } from '../actions.ts';
import { examples, type OperatorFlags, withApp } from '../operator/flags.ts';
import { type EventFlags, withEvent } from '../send/event-flags.ts';
import { subcommand } from '../subcommand.ts';

/** Adds `fanfare explain`. */
export function addExplain(program: Command, { operate }: Actions): void {
  const usage = 'explain <uid> [file]';
  withApp(withEvent(subcommand(program, usage, 'Say whether an event would notify a user now, and why; sends nothing')))
    .action((uid: string, file: string | undefined, flags: OperatorFlags & EventFlags) =>
      operate(flags, async (operator) => (await import('./explain.ts')).explain(operator, uid, { file, flags })),
    )
    .addHelpText(
      'after',
      `
The file has one event; "-" reads what is piped in. Exits with 1 if the user would not
be notified.
${examples('fanfare explain bob --from alice --to bob --text "hi"', 'fanfare explain bob event.json')}`,
    );
}
