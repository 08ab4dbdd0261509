import type { Simulator } from '@fanfare/simulator/app';
import type { Api } from '../api.ts';

/** The demo's credentials, for a Firebase project and an iOS app that only the simulator knows. */
const FCM = { providerId: 'fcm-demo', project: 'fanfare-demo' } as const;
const APNS = { providerId: 'apns-demo', bundleId: 'com.example.fanfare' } as const;

/** The prefix of the demo's push tokens; identifies their sessions after a restart. */
const OURS = 'tok_demo_';

/** A session and the push tokens it registers; all of them belong to one device. */
interface Login {
  uid: string;
  tokens: readonly Record<string, string>[];
}

/** Bob has two phones and carol a browser; the others have only the webhook. */
const LOGINS: readonly Login[] = [
  {
    uid: 'bob',
    tokens: [{ platform: 'fcm_android', providerId: FCM.providerId, fcmToken: `${OURS}bob_android` }],
  },
  {
    uid: 'bob',
    tokens: [
      { platform: 'apns_ios_device', providerId: APNS.providerId, deviceToken: `${OURS}bob_iphone` },
      { platform: 'apns_ios_voip', providerId: APNS.providerId, voipToken: `${OURS}bob_iphone_voip` },
    ],
  },
  { uid: 'carol', tokens: [{ platform: 'fcm_web', providerId: FCM.providerId, fcmToken: `${OURS}carol_web` }] },
];

const PROVIDERS = '/v3/notifications/push/v1/providers';
const TOKENS = '/v3/notifications/push/v1/tokens';

/** The API as the chat backend calls it, and as a user's device does with the auth token of its session. */
export interface Callers {
  backend: Api;
  asPerson(authToken: string): Api;
}

/**
 * Adds devices to the demo's users, and credentials to the app that reach them through the simulator. After a restart,
 * the credentials get the simulator's new keys, and the previous start's sessions are revoked with their push tokens.
 * Other credentials, sessions and push tokens are left alone.
 */
export async function addDemoDevices({ backend, asPerson }: Callers, { fcm, apns }: Simulator): Promise<void> {
  const serviceAccountCreds = await fcm.demoServiceAccount(FCM.project);
  await setProvider(backend, 'fcm', { providerId: FCM.providerId, serviceAccountCreds });
  const { bundleIds, ...key } = apns.demoApnsKey({ bundleIds: [APNS.bundleId] });
  await setProvider(backend, 'apns', { ...APNS, ...key });
  for (const uid of new Set(LOGINS.map((login) => login.uid))) await revokeLogins(backend, uid);
  for (const { uid, tokens } of LOGINS) {
    const { data } = await backend.call<{ data: { authToken: string } }>(`POST /v3/users/${uid}/auth_tokens`, {});
    const person = asPerson(data.authToken);
    for (const token of tokens) await person.call(`POST ${TOKENS}`, token);
  }
}

/** A credential as the API accepts and lists it; lists contain no secrets. */
interface Provider {
  providerId: string;
  [field: string]: unknown;
}

/**
 * Replaces the provider and keeps its switches: the old secret cannot be decrypted if the master key has changed. A
 * next key is dropped, since its secret is not listed.
 */
async function setProvider(backend: Api, kind: 'fcm' | 'apns', provider: Provider): Promise<void> {
  const path = `${PROVIDERS}/${kind}`;
  const { data } = await backend.call<{ data: { pushProviders: Provider[] } }>(`GET ${path}`);
  const before = data.pushProviders.find(({ providerId }) => providerId === provider.providerId);
  if (before) await backend.call(`DELETE ${path}/${provider.providerId}`);
  await backend.call(`POST ${path}`, { ...before, ...provider, next: undefined });
}

/** Revokes the user's sessions that hold push tokens of the demo. */
async function revokeLogins(backend: Api, uid: string): Promise<void> {
  const { data: held } = await backend.call<{ data: { pushTokens: { pushToken: string; authToken?: string }[] } }>(
    `GET ${TOKENS}?uid=${uid}&all=true`,
  );
  const demo = held.pushTokens.filter(({ pushToken }) => pushToken.startsWith(OURS));
  const path = `/v3/users/${uid}/auth_tokens`;
  const { data: logins } = await backend.call<{ data: { id: string; prefix: string }[] }>(`GET ${path}`);
  for (const { id, prefix } of logins) {
    if (demo.some(({ authToken }) => authToken === `${prefix}…`)) await backend.call(`DELETE ${path}/${id}`);
  }
}
