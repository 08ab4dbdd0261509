import type { ProviderKind } from '@fanfare/client';
import { Argument, type Command } from 'commander';
import type { Actions } from '../actions.ts';
import { examples, type OperatorFlags, withApp } from '../operator/flags.ts';
import { PROVIDER_KINDS } from '../providers/kinds.ts';
import { subcommand } from '../subcommand.ts';

interface TestPushFlags extends OperatorFlags {
  uid?: string;
  platform?: string;
  tokenFile?: string;
}

/** Adds `fanfare test-push`. */
export function addTestPush(program: Command, { operate }: Actions): void {
  const command = subcommand(program, 'test-push', 'Try a credential or the webhook, or push to a user or device')
    .addArgument(new Argument('<kind>', 'Which provider').choices(PROVIDER_KINDS))
    .argument('[id]', 'The credential; not for custom, the webhook');
  withApp(command)
    .option('--uid <uid>', 'A user: one push to each of their devices')
    .option('--platform <platform>', 'The platform of the device, e.g. fcm_android or apns_ios_device')
    .option('--token-file <file>', 'A file with its push token, or "-" for what is piped in')
    .action((kind: ProviderKind, id: string | undefined, { uid, platform, tokenFile, ...flags }: TestPushFlags) =>
      operate(flags, async (operator) =>
        (await import('./test-push.ts')).testPush(operator, { kind, id, uid, platform, tokenFile }),
      ),
    )
    .addHelpText(
      'after',
      `
A sender makes the push and the answer says what is wrong. Without a user or device, a
credential is only tried. With --uid, each device is pushed to by the credential that its
notifications go by; the id is only needed to choose one. The token may also be in
FANFARE_PUSH_TOKEN. Exits with 1 if a push was not accepted.
${examples(
  'fanfare test-push custom',
  'fanfare test-push fcm fcm-1',
  'fanfare test-push fcm --uid alice',
  'fanfare test-push apns apns-1 --platform apns_ios_device --token-file token.txt',
)}`,
    );
}
