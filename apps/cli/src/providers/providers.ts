import { randomBytes } from 'node:crypto';
import type { Provider, ProviderInput, ProviderKind } from '@fanfare/client';
import { confirm } from '../operator/confirm.ts';
import { shownMoment } from '../operator/moments.ts';
import { type Operator, report } from '../operator/operator.ts';
import { table } from '../operator/table.ts';
import { PROVIDER_KINDS } from './kinds.ts';
import { idOf, keyOf, type Named, webhookOf } from './provider-input.ts';

type PushKind = Exclude<ProviderKind, 'custom'>;

/** `fanfare providers list`. */
export async function list(operator: Operator): Promise<number> {
  const app = await operator.app();
  const lists = await Promise.all(
    PROVIDER_KINDS.map(async (kind) => (await app.providers(kind)).map((provider) => ({ kind, ...provider }))),
  );
  const all = lists.flat();
  report(operator, all, () =>
    all.length === 0
      ? ['No providers.']
      : table(
          ['kind', 'id', 'default', 'of', 'state'],
          all.map((provider) => [
            provider.kind,
            provider.providerId,
            provider.isDefault ? 'yes' : '',
            nameOf(provider),
            stateOf(provider),
          ]),
        ),
  );
  return 0;
}

/** What a credential belongs to. */
function nameOf({ webhookURL, projectId, bundleId, productionMode }: Provider): string {
  if (webhookURL !== undefined) return webhookURL;
  if (projectId !== undefined) return String(projectId);
  return `${bundleId} (${productionMode ? 'production' : 'sandbox'})`;
}

function stateOf({ isEnabled, disabled, failing, quarantined, tokenGuard: guard }: Provider): string {
  const states = [
    disabled && `disabled since ${shownMoment(disabled.at * 1000)} UTC: ${disabled.reason}`,
    isEnabled === false && !disabled && 'switched off',
    failing && `failing since ${shownMoment(failing.at * 1000)} UTC: ${failing.reason}`,
    guard && `${guard.dead} of ${guard.dead + guard.accepted} answers report dead tokens: none is set aside`,
    quarantined && `${quarantined} tokens in quarantine`,
  ].filter(Boolean);
  return states.join('; ') || 'ok';
}

/** `fanfare providers create`. */
export async function create(operator: Operator, named: Named): Promise<number> {
  const { kind, flags } = named;
  const providerId = idOf(kind, named.id);
  const app = await operator.app();
  if (kind === 'custom') {
    const signingSecret = newSigningSecret();
    const [webhook] = await app.createProvider(kind, await webhookOf(operator, flags, signingSecret));
    printSecret(operator, webhook, signingSecret);
    return 0;
  }
  const all = await app.createProvider(kind, { providerId, ...(await keyOf(operator, named)), ...apnsFields(flags) });
  if (flags.default) await app.setDefaultProvider(kind, providerId);
  const created = all.find((provider) => provider.providerId === providerId);
  const next = `Try it: fanfare test-push ${kind} ${providerId}`;
  report(operator, created, () => [`Created ${kind} ${providerId}.`, next]);
  return 0;
}

function apnsFields({ teamId, bundleId, production }: Named['flags']): ProviderInput {
  return {
    ...(teamId === undefined ? {} : { teamId }),
    ...(bundleId === undefined ? {} : { bundleId }),
    ...(production ? { productionMode: true } : {}),
  };
}

/** `fanfare providers rotate`. */
export async function rotate(operator: Operator, named: Named): Promise<number> {
  const { kind, flags } = named;
  const providerId = idOf(kind, named.id);
  const app = await operator.app();
  if (kind === 'custom') {
    const signingSecret = newSigningSecret();
    const [webhook] = await app.changeProvider(kind, { signingSecret });
    printSecret(operator, webhook, signingSecret);
    return 0;
  }
  const key = await keyOf(operator, named);
  const changes = flags.now ? { ...key, next: null } : { next: key };
  const all = await app.changeProvider(kind, { providerId, ...changes });
  const changed = all.find((provider) => provider.providerId === providerId);
  const sentence = flags.now ? 'has a new key.' : 'has a next key, used once the current one is refused.';
  report(operator, changed, () => [`${kind} ${providerId} ${sentence}`]);
  return 0;
}

/** `fanfare providers default`. */
export async function makeDefault(operator: Operator, kind: PushKind, id: string | undefined): Promise<number> {
  const providerId = idOf(kind, id);
  await (await operator.app()).setDefaultProvider(kind, providerId);
  report(operator, { default: providerId }, () => [`${providerId} is the default of ${kind}.`]);
  return 0;
}

/** `fanfare providers delete`. */
export async function remove(
  operator: Operator,
  { kind, id, isSure }: { kind: ProviderKind; id: string | undefined; isSure: boolean },
): Promise<number> {
  const providerId = idOf(kind, id);
  const appId = await operator.appId();
  const what = kind === 'custom' ? `the webhook of the app ${appId}` : `${kind} ${providerId} of the app ${appId}`;
  await confirm(operator, { what, word: providerId, isSure });
  await operator.admin.app(appId).deleteProvider(kind, providerId);
  report(operator, { deleted: providerId }, () => [
    kind === 'custom' ? 'Deleted the webhook.' : `Deleted ${kind} ${providerId}.`,
  ]);
  return 0;
}

/** A secret of Standard Webhooks (https://github.com/standard-webhooks/standard-webhooks): 24 to 64 bytes. */
const newSigningSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/** The secret goes to standard output alone, so that it can be written to a file. */
function printSecret(operator: Operator, webhook: Provider | undefined, signingSecret: string): void {
  if (!operator.isJson) {
    operator.output.error(`The webhook is ${webhook?.webhookURL}. Its signing secret, shown only now:`);
  }
  report(operator, { ...webhook, signingSecret }, () => [signingSecret]);
}
