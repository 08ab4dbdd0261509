import type { RecipientFilter } from '@fanfare/client';
import type { Command } from 'commander';
import type { Actions } from '../actions.ts';
import { examples, type OperatorFlags, withApp } from '../operator/flags.ts';
import { wholeNumber } from '../operator/numbers.ts';
import { subcommand } from '../subcommand.ts';

interface TraceFlags extends OperatorFlags {
  decision?: string;
  state?: string;
  provider?: string;
  reason?: string;
  limit: number;
}

/** Adds `fanfare trace`. */
export function addTrace(program: Command, { operate }: Actions): void {
  withApp(subcommand(program, 'trace <event> [uid]', 'Show who was notified of an event, or why a user was not'))
    .option('--decision <decision>', 'Only recipients that were "sent" or "suppressed"')
    .option('--state <states>', 'Only deliveries in these states, e.g. rejected,expired')
    .option('--provider <providers>', 'Only these: fcm, apns, custom')
    .option('--reason <reasons>', 'Only with these reasons')
    .option('--limit <n>', 'How many recipients at most', wholeNumber(1, 100_000), 100)
    .action(
      (event: string, uid: string | undefined, { decision, state, provider, reason, limit, ...flags }: TraceFlags) =>
        operate(flags, async (operator) => {
          const { traceEvent, traceUser } = await import('./trace.ts');
          if (uid !== undefined) return traceUser(operator, event, uid);
          return traceEvent(operator, event, { decision, state, provider, reason } as RecipientFilter, limit);
        }),
    )
    .addHelpText(
      'after',
      `
Without a user: the counts of the event, and a line per delivery and per user who was
not notified. Reasons are in docs/why.md. Exits with 1 if a user was not notified.
${examples('fanfare trace m-101', 'fanfare trace m-101 --state rejected', 'fanfare trace m-101 bob')}`,
    );
}
