import { Api } from '../api.ts';
import { type Finding, ok, problem, skipped } from './finding.ts';
import type { SystemView } from './system.ts';

const KINDS = ['fcm', 'apns', 'custom'] as const;
type Kind = (typeof KINDS)[number];

const NAMES: Record<Kind, string> = { fcm: 'FCM credential', apns: 'APNs credential', custom: 'webhook' };
const ARTICLES: Record<Kind, string> = { fcm: 'an', apns: 'an', custom: 'a' };

interface ProviderView {
  providerId: string;
  isEnabled?: boolean;
}

interface TestAnswer {
  data: { outcome: string; reason?: string; message: string };
}

const PATH = '/v3/notifications/push/v1/providers';

/** Tries every provider of every app: credentials by a dry run, webhooks by a test push. */
export async function checkProviders(
  system: SystemView,
  { url, adminKey, signal }: { url: string; adminKey: string; signal: AbortSignal },
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const appId of await appIds(new Api(url, { adminkey: adminKey }, signal))) {
    const api = new Api(url, { adminkey: adminKey, appId }, signal);
    // An app may be deleted meanwhile.
    const checked = KINDS.map((kind) =>
      checkKind(api, appId, kind, system).catch((error: Error) => [skipped(error.message)]),
    );
    findings.push(...(await Promise.all(checked)).flat());
  }
  return findings;
}

async function appIds(api: Api): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const after: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { data: { appId: string }[]; meta: { cursor?: string } } = await api.call(
      `GET /v3/apps?limit=100${after}`,
    );
    ids.push(...page.data.map(({ appId }) => appId));
    cursor = page.meta.cursor;
  }
  return ids;
}

async function checkKind(api: Api, appId: string, kind: Kind, { processes }: SystemView): Promise<Finding[]> {
  const { data } = await api.call<{ data: { pushProviders: ProviderView[] } }>(`GET ${PATH}/${kind}`);
  const used = data.pushProviders.filter(({ isEnabled }) => isEnabled !== false);
  const off = data.pushProviders.length - used.length;
  const skippedOnes = off === 0 ? [] : [skipped(`${appId}: ${off} ${NAMES[kind]}${off === 1 ? '' : 's'} switched off`)];
  const isServed = processes.some(({ role, providers }) => role === 'sender' && (providers?.includes(kind) ?? true));
  if (used.length > 0 && !isServed) {
    const what = `${appId} has ${ARTICLES[kind]} ${NAMES[kind]}, but no sender serves ${kind}.`;
    return [...skippedOnes, problem(what, `Start one: SENDER_PROVIDERS=${kind} node apps/sender/dist/main.js`)];
  }
  const tried = await Promise.all(used.map((provider) => tryProvider(api, appId, kind, provider)));
  return [...skippedOnes, ...tried];
}

async function tryProvider(api: Api, appId: string, kind: Kind, { providerId }: ProviderView): Promise<Finding> {
  const path = kind === 'custom' ? `${PATH}/custom` : `${PATH}/${kind}/${encodeURIComponent(providerId)}`;
  const name = kind === 'custom' ? `The ${NAMES[kind]}` : `The ${NAMES[kind]} ${providerId}`;
  try {
    const { data } = await api.call<TestAnswer>(`POST ${path}/test`, {});
    if (data.outcome === 'accepted') return ok(`${name} of ${appId} works.`);
    return problem(`${name} of ${appId} does not work (${data.reason ?? data.outcome}).`, data.message);
  } catch (error) {
    return problem(
      `${name} of ${appId} was not tried: ${(error as Error).message}.`,
      'Run it again; see the log of senders.',
    );
  }
}
