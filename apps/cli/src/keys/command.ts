import { type Command, Option } from 'commander';
import type { Actions } from '../actions.ts';
import { examples, type OperatorFlags, withApp } from '../operator/flags.ts';
import { subcommand } from '../subcommand.ts';

type Scope = 'publish' | 'manage';

/** Adds `fanfare keys`: an app's API keys, and the master key. */
export function addKeys(program: Command, actions: Actions): void {
  const group = subcommand(program, 'keys', "Create, list, rotate and revoke an app's API keys; change the master key");
  addApiKeys(group, actions);
  addMasterKey(group, actions);
}

function addApiKeys(group: Command, { operate }: Actions): void {
  withApp(subcommand(group, 'list', 'List the API keys of an app, without their secrets'))
    .action((flags: OperatorFlags) => operate(flags, async (operator) => (await load()).list(operator)))
    .addHelpText('after', examples('fanfare keys list --app acme'));

  withApp(subcommand(group, 'create', 'Create an API key; it is printed this once'))
    .option('--name <name>', 'What it is for', 'default')
    .addOption(new Option('--scope <scope>', 'Only this scope (default: both)').choices(['publish', 'manage']))
    .action(({ name, scope, ...flags }: OperatorFlags & { name: string; scope?: Scope }) =>
      operate(flags, async (operator) =>
        (await load()).create(operator, { name, ...(scope === undefined ? {} : { scopes: [scope] }) }),
      ),
    )
    .addHelpText(
      'after',
      `
Standard output has the key and nothing else.
${examples('fanfare keys create --app acme --name backend > backend.key', 'fanfare keys create --scope publish')}`,
    );

  withApp(subcommand(group, 'rotate <keyId>', 'Create a key with the same name and scopes in place of this one'))
    .option('--revoke', 'Revoke the old one at once')
    .action((keyId: string, { revoke = false, ...flags }: OperatorFlags & { revoke?: boolean }) =>
      operate(flags, async (operator) => (await load()).rotate(operator, keyId, revoke)),
    )
    .addHelpText(
      'after',
      `
Without --revoke both work, until you revoke the old one: give the backend the new one
in between. Standard output has the key and nothing else.
${examples('fanfare keys rotate 3f2a9c > backend.key', 'fanfare keys revoke 3f2a9c')}`,
    );

  withApp(subcommand(group, 'revoke <keyId>', 'Revoke an API key, at once'))
    .option('--yes', 'Do not ask')
    .action((keyId: string, { yes = false, ...flags }: OperatorFlags & { yes?: boolean }) =>
      operate(flags, async (operator) => (await load()).revoke(operator, keyId, yes)),
    )
    .addHelpText('after', examples('fanfare keys revoke 3f2a9c'));
}

const load = () => import('./api-keys.ts');

function addMasterKey(group: Command, { keys }: Actions): void {
  subcommand(group, 'derive', "Print fan-out's key, derived from the master key")
    .option('--json', 'Print JSON')
    .action(({ json = false }: { json?: boolean }) => keys('derive', { json }))
    .addHelpText(
      'after',
      `
Set it as FANFARE_MEMBERSHIP_KEY of fanout. It decrypts only the secrets of membership
sources.

Environment:
  FANFARE_MASTER_KEY            The current key`,
    );
  subcommand(group, 'reseal', 'Encrypt all secrets with a new master key')
    .option('--json', 'Print JSON')
    .action(({ json = false }: { json?: boolean }) => keys('reseal', { json }))
    .addHelpText(
      'after',
      `
Run it after changing FANFARE_MASTER_KEY, with the old key in FANFARE_MASTER_KEY_PREVIOUS.
It lists the secrets it encrypts again and may be repeated. Exits with 1 if neither key
decrypts a secret.

Environment:
  FANFARE_MASTER_KEY            The current key
  FANFARE_MASTER_KEY_PREVIOUS   The one before it
  REDIS_URL                     The registry's Redis`,
    );
}
