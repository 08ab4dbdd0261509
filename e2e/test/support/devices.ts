import type { Api } from './api.ts';
import type { System } from './system.ts';

const PROVIDERS = '/v3/notifications/push/v1/providers';
const TOKENS = '/v3/notifications/push/v1/tokens';

/** Gives the app an FCM and an APNs credential that the simulators trust: `fcm-1` and `apns-1`. */
export async function addPushProviders({ backend, hooks }: System, notificationInPayload?: object): Promise<void> {
  const serviceAccountCreds = await hooks.fcm.demoServiceAccount('demo-project');
  const fcm = { providerId: 'fcm-1', serviceAccountFilename: 'sa.json', serviceAccountCreds };
  await expectOk(backend.post(`${PROVIDERS}/fcm`, notificationInPayload ? { ...fcm, notificationInPayload } : fcm));
  const { teamId, keyId, p8Key } = hooks.apns.demoApnsKey({ bundleIds: ['com.example.chat'] });
  const apns = { providerId: 'apns-1', teamId, keyId, p8Key, bundleId: 'com.example.chat', productionMode: true };
  await expectOk(backend.post(`${PROVIDERS}/apns`, apns));
}

/** Logs bob in: his auth token. */
export async function logIn({ backend }: System, uid = 'bob'): Promise<string> {
  const { body } = await expectOk(backend.post(`/v3/users/${uid}/auth_tokens`, {}));
  return body.data.authToken;
}

/** What a device of bob's registers with. */
export const ANDROID = { platform: 'fcm_android', providerId: 'fcm-1', fcmToken: 'tok_android' };
export const WEB = { platform: 'fcm_web', providerId: 'fcm-1', fcmToken: 'tok_web' };
export const IPHONE = { platform: 'apns_ios_device', providerId: 'apns-1', deviceToken: 'tok_iphone' };
export const VOIP = { platform: 'apns_ios_voip', providerId: 'apns-1', voipToken: 'tok_voip' };

/** Registers push tokens as a device does, with the auth token of a login. */
export async function register(system: System, authToken: string, ...registrations: object[]): Promise<void> {
  for (const registration of registrations) {
    await expectOk(system.asUser(authToken).post(TOKENS, registration));
  }
}

/** The push tokens a person has, by the backend's word. */
export async function tokensOf({ backend }: System, uid = 'bob'): Promise<string[]> {
  const { body } = await expectOk(backend.get(`${TOKENS}?uid=${uid}&all=true`));
  return body.data.pushTokens.map((token: { pushToken: string }) => token.pushToken).sort();
}

async function expectOk(answer: ReturnType<Api['get']>) {
  const { status, headers, body } = await answer;
  if (status >= 300) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return { status, headers, body };
}
