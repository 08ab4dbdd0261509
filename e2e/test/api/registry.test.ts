import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ANDROID, addPushProviders, IPHONE, logIn, register, tokensOf, VOIP } from '../support/devices.ts';
import { type System, startSystem } from '../support/system.ts';

const PROVIDERS = '/v3/notifications/push/v1/providers';
const TOKENS = '/v3/notifications/push/v1/tokens';

let system: System;
beforeAll(async () => {
  system = await startSystem({ apps: [] });
  await addPushProviders(system);
});
afterAll(() => system[Symbol.asyncDispose]());

const pem = (key: { export(options: { type: 'pkcs8'; format: 'pem' }): string | Buffer }) =>
  String(key.export({ type: 'pkcs8', format: 'pem' }));
const RSA = pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
const P384 = pem(generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey);
const P256 = pem(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey);

const APNS = {
  providerId: 'apns-2',
  keyId: 'ABC4567890',
  teamId: 'DEF4567890',
  bundleId: 'com.example.two',
  p8Key: P256,
};
const ACCOUNT = {
  project_id: 'project-two',
  client_email: 'a@two.iam.gserviceaccount.com',
  private_key: RSA,
  private_key_id: '1',
};

describe('a credential that cannot work is refused on entry, naming the field', () => {
  test.each<[string, object]>([
    ['keyId', { keyId: 'short' }],
    ['teamId', { teamId: undefined }],
    ['bundleId', { bundleId: 'com example' }],
    ['p8Key', { p8Key: 'not a key' }],
    ['p8Key', { p8Key: RSA }],
    ['p8Key', { p8Key: P384 }],
    ['providerId', { providerId: 'default' }],
  ])('APNs: %s', async (field, changes) => {
    const { status, body } = await system.backend.post(`${PROVIDERS}/apns`, { ...APNS, ...changes });
    expect([status, body.error.code, body.error.message.split(':')[0]]).toEqual([400, 'ERR_BAD_REQUEST', field]);
    expect(JSON.stringify(body)).not.toContain('PRIVATE KEY-----\n');
  });

  test.each<[string, object]>([
    ['serviceAccountCreds.project_id', { project_id: undefined }],
    ['serviceAccountCreds.client_email', { client_email: 5 }],
    ['serviceAccountCreds.private_key', { private_key: 'not a key' }],
    ['serviceAccountCreds.private_key', { private_key: P256 }],
    ['serviceAccountCreds.token_uri', { token_uri: 'https://evil.example/token' }],
  ])('FCM: %s', async (field, changes) => {
    const provider = { providerId: 'fcm-2', serviceAccountCreds: { ...ACCOUNT, ...changes } };
    const { status, body } = await system.backend.post(`${PROVIDERS}/fcm`, provider);
    expect([status, body.error.message.split(':')[0]]).toEqual([400, field]);
  });

  test('and a good one is taken, shown without its secrets, changed, made the default, and deleted', async () => {
    const made = await system.backend.post(`${PROVIDERS}/apns`, APNS);
    expect(made.status).toBe(200);
    expect((await system.backend.post(`${PROVIDERS}/apns`, APNS)).status).toBe(409);
    await system.backend.put(`${PROVIDERS}/apns`, { providerId: 'apns-2', productionMode: true });
    await system.backend.put(`${PROVIDERS}/apns/default/apns-2`, undefined);
    const { body } = await system.backend.get(`${PROVIDERS}/apns`);
    expect(body.data.pushProviders).toEqual([
      expect.objectContaining({ providerId: 'apns-1', isDefault: false }),
      expect.objectContaining({
        providerId: 'apns-2',
        isDefault: true,
        productionMode: true,
        bundleId: 'com.example.two',
      }),
    ]);
    expect(JSON.stringify(body)).not.toContain('PRIVATE');
    expect((await system.backend.delete(`${PROVIDERS}/apns/apns-2`)).status).toBe(200);
    expect((await system.backend.delete(`${PROVIDERS}/apns/apns-2`)).status).toBe(404);
  });
});

describe('a push token', () => {
  test.each<[string, object]>([
    ['platform', { ...ANDROID, platform: 'windows_phone' }],
    ['fcmToken', { platform: 'fcm_android', deviceToken: 'x' }],
    ['voipToken', { platform: 'apns_ios_voip', deviceToken: 'x' }],
    ['fcmToken', { ...ANDROID, fcmToken: 'x'.repeat(4097) }],
    ['providerId', { ...ANDROID, providerId: 'apns-1' }],
  ])('is refused, naming the field: %s', async (field, registration) => {
    const phone = system.asUser(await logIn(system));
    const { status, body } = await phone.post(TOKENS, registration);
    expect([status, body.error.message.split(':')[0]]).toEqual([400, field]);
  });

  test('for a provider there is not is refused', async () => {
    const phone = system.asUser(await logIn(system));
    const { body } = await phone.post(TOKENS, { ...ANDROID, providerId: 'fcm-9' });
    expect(body.error.code).toBe('ERR_PROVIDER_NOT_FOUND');
  });

  test('is listed to its login and to the backend, and dropped by logout', async () => {
    const [android, iphone] = [await logIn(system, 'carol'), await logIn(system, 'carol')];
    await register(system, android, {
      ...ANDROID,
      platform: 'fcm_ANDROID',
      fcmToken: 'carol-android',
      timezone: 'Asia/Tokyo',
    });
    await register(system, iphone, { ...IPHONE, deviceToken: 'carol-iphone' }, { ...VOIP, voipToken: 'carol-voip' });
    const { body } = await system.asUser(iphone).get(TOKENS);
    expect(body.data.pushTokens.map((token: { pushToken: string }) => token.pushToken).sort()).toEqual([
      'carol-iphone',
      'carol-voip',
    ]);
    expect(await tokensOf(system, 'carol')).toEqual(['carol-android', 'carol-iphone', 'carol-voip']);
    expect((await system.backend.get('/v3/users/carol')).body.data.timezone).toBe('Asia/Tokyo');
    await system.backend.delete(`/v3/users/carol/auth_tokens/${iphone}`);
    expect(await tokensOf(system, 'carol')).toEqual(['carol-android']);
    expect((await system.asUser(iphone).get(TOKENS)).body.error.code).toBe('AUTH_ERR_AUTH_TOKEN_NOT_FOUND');
    await system.asUser(android).delete(TOKENS);
    expect(await tokensOf(system, 'carol')).toEqual([]);
  });

  test('is registered by the backend on behalf of a user, and no app reaches into another', async () => {
    const authToken = await logIn(system, 'dave');
    const on = { uid: 'dave', authToken };
    expect((await system.backend.post(TOKENS, { ...ANDROID, fcmToken: 'dave-android', ...on })).status).toBe(200);
    expect((await system.backend.post(TOKENS, { ...ANDROID, uid: 'erin', authToken })).status).toBe(400);
    const mallory = system.asUser(await logIn(system, 'mallory'));
    expect((await mallory.get(`${TOKENS}?uid=dave`)).status).toBe(403);
    expect((await mallory.delete(`${TOKENS}/dave-android`)).status).toBe(404);
    expect((await mallory.get('/v3/users/dave')).status).toBe(401);
    expect(await tokensOf(system, 'dave')).toEqual(['dave-android']);
    expect((await system.backend.delete(`${TOKENS}/dave-android?uid=dave`)).status).toBe(200);
    expect(await tokensOf(system, 'dave')).toEqual([]);
  });
});
