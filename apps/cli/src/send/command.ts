import type { Command } from 'commander';
import type { Actions } from '../actions.ts';
import { examples, type OperatorFlags, withApp } from '../operator/flags.ts';
import { subcommand } from '../subcommand.ts';
import { type EventFlags, withEvent } from './event-flags.ts';

/** Adds `fanfare send`. */
export function addSend(program: Command, { operate }: Actions): void {
  const command = subcommand(program, 'send [file]', 'Publish events: from a file, piped in, or a message in options');
  withApp(withEvent(command))
    .option('--wait', 'Wait until all are done, and show the outcomes')
    .action((file: string | undefined, { wait = false, ...flags }: OperatorFlags & EventFlags & { wait?: boolean }) =>
      operate(flags, async (operator) => (await import('./send.ts')).send(operator, { file, flags, wait })),
    )
    .addHelpText(
      'after',
      `
A file has one event, an array, or one event a line; "-" reads what is piped in. The
fields are in docs/operations.md and at /docs of the API. Exits with 1 if an event was
rejected or, with --wait, a delivery failed.
${examples(
  'fanfare send --from alice --to bob --text "hi" --wait',
  'fanfare send --from alice --group hiking --call video',
  'fanfare send events.ndjson',
  'generate-events | fanfare send -',
)}`,
    );
}
