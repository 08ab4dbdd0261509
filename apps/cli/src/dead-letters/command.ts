import type { DeadLetterSelection, ProviderKind } from '@fanfare/client';
import { type Command, Option } from 'commander';
import type { Actions } from '../actions.ts';
import { examples, type OperatorFlags, withApp } from '../operator/flags.ts';
import { wholeNumber } from '../operator/numbers.ts';
import { PROVIDER_KINDS } from '../providers/kinds.ts';
import { subcommand } from '../subcommand.ts';
import { UsageError } from '../usage-error.ts';

interface Filter {
  provider?: ProviderKind;
  reason?: string;
}
type SelectionFlags = OperatorFlags & Filter & { all?: true };

/** Adds `fanfare dead-letters`. */
export function addDeadLetters(program: Command, { operate }: Actions): void {
  const group = subcommand(program, 'dead-letters', 'List, replay or drop deliveries that failed for good');

  withFilter(subcommand(group, 'list', 'Count them by provider and reason, or list them'))
    .option('--each', 'List each, newest first, instead of counting')
    .option('--limit <n>', 'How many at most with --each', wholeNumber(1, 100_000), 20)
    .action(({ each, limit, ...flags }: OperatorFlags & Filter & { each?: true; limit: number }) =>
      operate(flags, async (operator) => {
        const { count, list } = await import('./list.ts');
        const filter = filterOf(flags);
        return each ? list(operator, filter, limit) : count(operator, filter);
      }),
    )
    .addHelpText('after', examples('fanfare dead-letters list', 'fanfare dead-letters list --each --reason http_400'));

  withSelection(subcommand(group, 'replay [ids...]', 'Send them again; Ctrl-C stops before the next one'))
    .action((ids: string[], flags: SelectionFlags) =>
      operate(flags, async (operator) => (await import('./replay.ts')).replay(operator, selectionOf(ids, flags))),
    )
    .addHelpText(
      'after',
      `
Repair the cause first. What is stopped can be replayed later: the rest stays listed.
Exits with 1 if the replay was stopped or failed.
${examples('fanfare dead-letters replay --reason http_400', 'fanfare dead-letters replay --all')}`,
    );

  withSelection(subcommand(group, 'drop [ids...]', 'Delete them; they are not sent again'))
    .option('--yes', 'Do not ask')
    .action((ids: string[], { yes = false, ...flags }: SelectionFlags & { yes?: boolean }) =>
      operate(flags, async (operator) => (await import('./drop.ts')).drop(operator, selectionOf(ids, flags), yes)),
    )
    .addHelpText(
      'after',
      `
Drops what is listed at its start, in batches; Ctrl-C stops it before the next batch.
${examples('fanfare dead-letters drop --provider custom --reason http_410', 'fanfare dead-letters drop --all --yes')}`,
    );
}

const withFilter = (command: Command): Command =>
  withApp(command)
    .addOption(new Option('--provider <provider>', 'Only of this provider').choices(PROVIDER_KINDS))
    .option('--reason <reason>', 'Only with this reason, e.g. http_400');

const withSelection = (command: Command): Command => withFilter(command).option('--all', 'All of the app');

function filterOf({ provider, reason }: Filter): Filter {
  return { ...(provider === undefined ? {} : { provider }), ...(reason === undefined ? {} : { reason }) };
}

/** Which to replay or drop. @throws UsageError unless exactly one way to choose is used. */
function selectionOf(ids: string[], flags: Filter & { all?: true }): DeadLetterSelection {
  const filter = filterOf(flags);
  const ways = [ids.length > 0, Object.keys(filter).length > 0, flags.all === true].filter(Boolean).length;
  if (ways !== 1) throw new UsageError('choose which: ids, --provider and --reason, or --all');
  return ids.length > 0 ? { ids } : { filter };
}
