import type { ProviderKind } from '@fanfare/client';
import { Argument, type Command } from 'commander';
import type { Actions } from '../actions.ts';
import { examples, type OperatorFlags, withApp } from '../operator/flags.ts';
import { subcommand } from '../subcommand.ts';
import { PROVIDER_KINDS } from './kinds.ts';
import type { ProviderFlags } from './provider-input.ts';

type PushKind = Exclude<ProviderKind, 'custom'>;

/** Adds `fanfare providers`. */
export function addProviders(program: Command, { operate }: Actions): void {
  const group = subcommand(program, 'providers', 'List, create, rotate or delete push credentials and the webhook');

  withApp(subcommand(group, 'list', 'List the credentials of an app and its webhook, without their secrets'))
    .action((flags: OperatorFlags) => operate(flags, async (operator) => (await load()).list(operator)))
    .addHelpText('after', examples('fanfare providers list --app acme'));

  withSecret(withKind(group, 'create', 'Add a credential, or set the webhook', PROVIDER_KINDS))
    .option('--team-id <id>', 'apns: the team')
    .option('--bundle-id <id>', 'apns: the app')
    .option('--production', "apns: not Apple's sandbox")
    .option('--default', 'fcm, apns: for devices that name no credential')
    .option('--webhook <url>', 'custom: where notifications are posted')
    .option('--basic-auth-user <name>', 'custom: the user name; the password is the file, or FANFARE_WEBHOOK_PASSWORD')
    .action((kind: ProviderKind, id: string | undefined, flags: OperatorFlags & ProviderFlags) =>
      operate(flags, async (operator) => (await load()).create(operator, { kind, id, flags })),
    )
    .addHelpText(
      'after',
      `
--file is the service account of Firebase (fcm), the .p8 key of Apple (apns) or the
password of the webhook (custom). A webhook is signed: its new signing secret is printed
this once.
${examples(
  'fanfare providers create fcm fcm-1 --file service-account.json --default',
  'fanfare providers create apns apns-1 --file AuthKey_ABC123DEFG.p8 --key-id ABC123DEFG \\',
  '  --team-id TEAM123456 --bundle-id com.example.chat --production',
  'fanfare providers create custom --webhook https://chat.example.com/push > signing.secret',
)}`,
    );

  withSecret(
    withKind(group, 'rotate', 'Give a credential its next key, or the webhook a new signing secret', PROVIDER_KINDS),
  )
    .option('--now', 'fcm, apns: replace the current key instead')
    .action((kind: ProviderKind, id: string | undefined, flags: OperatorFlags & ProviderFlags) =>
      operate(flags, async (operator) => (await load()).rotate(operator, { kind, id, flags })),
    )
    .addHelpText(
      'after',
      `
The next key is used as soon as the push service refuses the current one, and then in
its place: add it before you revoke the current one. The new signing secret of the
webhook is printed this once; for 24 hours requests are signed with both.
${examples(
  'fanfare providers rotate fcm fcm-1 --file new-service-account.json',
  'fanfare providers rotate apns apns-1 --file AuthKey_HIJ456KLMN.p8 --key-id HIJ456KLMN',
  'fanfare providers rotate custom > signing.secret',
)}`,
    );

  withApp(withKind(group, 'default', 'Use a credential for devices that name none', ['fcm', 'apns']))
    .action((kind: PushKind, id: string | undefined, flags: OperatorFlags) =>
      operate(flags, async (operator) => (await load()).makeDefault(operator, kind, id)),
    )
    .addHelpText('after', examples('fanfare providers default fcm fcm-2'));

  withApp(withKind(group, 'delete', 'Delete a credential or the webhook', PROVIDER_KINDS))
    .option('--yes', 'Do not ask')
    .action(
      (kind: ProviderKind, id: string | undefined, { yes = false, ...flags }: OperatorFlags & { yes?: boolean }) =>
        operate(flags, async (operator) => (await load()).remove(operator, { kind, id, isSure: yes })),
    )
    .addHelpText('after', examples('fanfare providers delete apns apns-1', 'fanfare providers delete custom'));
}

const load = () => import('./providers.ts');

const withKind = (group: Command, name: string, description: string, kinds: readonly ProviderKind[]): Command =>
  subcommand(group, name, description)
    .addArgument(new Argument('<kind>', 'Which provider').choices(kinds))
    .argument('[id]', 'The credential; not for custom, the webhook');

const withSecret = (command: Command): Command =>
  withApp(command)
    .option('--file <file>', 'The file with the secret, or "-" for what is piped in')
    .option('--key-id <id>', "apns: the key's id");
