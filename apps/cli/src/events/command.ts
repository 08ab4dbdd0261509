import type { EventFilter } from '@fanfare/client';
import type { Command } from 'commander';
import type { Actions } from '../actions.ts';
import { examples, type OperatorFlags, withApp } from '../operator/flags.ts';
import { momentOf } from '../operator/moments.ts';
import { wholeNumber } from '../operator/numbers.ts';
import { subcommand } from '../subcommand.ts';
import { UsageError } from '../usage-error.ts';

interface EventsFlags extends OperatorFlags {
  type?: string;
  sender?: string;
  conversation?: string;
  state?: string;
  from?: string;
  to?: string;
  id?: string;
  message?: string;
  limit: number;
  follow?: true;
}

/** Adds `fanfare events`. */
export function addEvents(program: Command, { operate }: Actions): void {
  withApp(subcommand(program, 'events', 'List events, newest first, or follow them as they come in'))
    .option('--follow', 'Print new events as they come in, until Ctrl-C')
    .option('--type <types>', 'Only these types, separated by commas, e.g. message.sent,call.initiated')
    .option('--sender <uids>', 'Only of these users')
    .option('--conversation <ids>', 'Only in these groups, or with these users')
    .option('--state <states>', 'expanding, delivering or done')
    .option('--from <time>', 'Received since: 30m, 2h, 1d (ago), or a date and time')
    .option('--to <time>', 'Received until')
    .option('--id <id>', 'The event with this id')
    .option('--message <id>', 'The event that sent this message')
    .option('--limit <n>', 'How many at most', wholeNumber(1, 100_000), 20)
    .action((flags: EventsFlags) =>
      operate(flags, async (operator) => {
        const { events, follow } = await import('./events.ts');
        const filter = filterOf(flags, operator.now());
        return flags.follow ? follow(operator, filter) : events(operator, filter, flags.limit);
      }),
    )
    .addHelpText(
      'after',
      examples(
        'fanfare events --from 1h --state delivering',
        'fanfare events --follow --sender alice',
        'fanfare events --json --limit 1000 > events.json',
      ),
    );
}

function filterOf(flags: EventsFlags, now: number): EventFilter {
  const { follow, from, to, sender, conversation, id, message } = flags;
  if (follow && (from !== undefined || to !== undefined)) {
    throw new UsageError('--follow shows new events: it does not go with --from or --to');
  }
  return {
    // The API takes lists separated by commas, and refuses unknown words by name.
    type: flags.type as EventFilter['type'],
    state: flags.state as EventFilter['state'],
    sender,
    conversation,
    id,
    messageId: message,
    from: from === undefined ? undefined : momentOf('--from', from, now),
    to: to === undefined ? undefined : momentOf('--to', to, now),
  } as EventFilter;
}
