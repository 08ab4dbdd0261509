import type { Command } from 'commander';
import type { Actions } from '../actions.ts';
import { examples, type OperatorFlags, withOperator } from '../operator/flags.ts';
import { subcommand } from '../subcommand.ts';

/** Adds `fanfare apps`. */
export function addApps(program: Command, { operate }: Actions): void {
  const group = subcommand(program, 'apps', 'List, create, switch off or delete apps');

  withOperator(subcommand(group, 'list', 'List all apps'))
    .action((flags: OperatorFlags) => operate(flags, async (operator) => (await import('./apps.ts')).list(operator)))
    .addHelpText('after', examples('fanfare apps list'));

  withOperator(subcommand(group, 'create <appId>', 'Create an app'))
    .option('--name <name>', 'Its name for people (default: the id)')
    .option('--region <region>', 'Its region, as clients are told (default: us)')
    .action((appId: string, { name, region, ...flags }: OperatorFlags & { name?: string; region?: string }) =>
      operate(flags, async (operator) => {
        const app = { appId, ...(name === undefined ? {} : { name }), ...(region === undefined ? {} : { region }) };
        return (await import('./apps.ts')).create(operator, app);
      }),
    )
    .addHelpText('after', examples('fanfare apps create acme --name "Acme Chat"'));

  for (const [name, pushEnabled, description] of [
    ['pause', false, 'Send nothing for an app until it is resumed; its events are suppressed'],
    ['resume', true, 'Send for an app again'],
  ] as const) {
    withOperator(subcommand(group, `${name} <appId>`, description))
      .action((appId: string, flags: OperatorFlags) =>
        operate(flags, async (operator) => (await import('./apps.ts')).change(operator, appId, { pushEnabled })),
      )
      .addHelpText('after', examples(`fanfare apps ${name} acme`));
  }

  withOperator(subcommand(group, 'delete <appId>', 'Delete an app with all of its data'))
    .option('--yes', 'Do not ask')
    .action((appId: string, { yes = false, ...flags }: OperatorFlags & { yes?: boolean }) =>
      operate(flags, async (operator) => (await import('./apps.ts')).remove(operator, appId, yes)),
    )
    .addHelpText('after', examples('fanfare apps delete acme'));
}
