import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { addPushProviders, logIn, register, VOIP } from '../support/devices.ts';
import { BASIC_AUTH, type System, startSystem } from '../support/system.ts';

const PROVIDERS = '/v3/notifications/push/v1/providers';

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await addPushProviders(system);
});
beforeEach(() => {
  system.hooks.fcm.clear();
  system.hooks.apns.clear();
});
afterAll(() => system[Symbol.asyncDispose]());

const ask = async (path: string, device?: object) => {
  const { status, body } = await system.backend.post(`${PROVIDERS}/${path}/test`, device ?? {});
  expect(status).toBe(200);
  return body.data;
};
const ANDROID = { platform: 'fcm_android', token: 'tok_of_erin' };
const IPHONE = { platform: 'apns_ios_device', token: 'tok_iphone_of_erin' };

test('a test push reaches the device', async () => {
  const message = 'The push service accepted the test push.';
  const accepted = { outcome: 'accepted', durationMs: expect.any(Number), message };
  expect(await ask('fcm/fcm-1', ANDROID)).toEqual(accepted);
  expect(await ask('apns/apns-1', IPHONE)).toEqual(accepted);
  expect(system.hooks.fcm.requests().map(({ token }) => token)).toEqual(['tok_of_erin']);
  expect(system.hooks.apns.requests().map(({ token }) => token)).toEqual(['tok_iphone_of_erin']);
});

test('of a user it reaches the newest device that the credential serves, and no VoIP token', async () => {
  const [old, newest, iphone] = [
    { platform: 'fcm_android', fcmToken: 'tok_old' },
    { platform: 'fcm_web', providerId: 'fcm-1', fcmToken: 'tok_newest' },
    { platform: 'apns_ios_device', providerId: 'apns-1', deviceToken: 'tok_iphone' },
  ];
  await register(system, await logIn(system), old);
  await register(system, await logIn(system), newest);
  await register(system, await logIn(system), iphone, VOIP);
  await ask('fcm/fcm-1', { uid: 'bob' });
  await ask('apns/apns-1', { uid: 'bob' });
  expect(system.hooks.fcm.requests().map(({ token }) => token)).toEqual(['tok_newest']);
  expect(system.hooks.apns.requests().map(({ token }) => token)).toEqual(['tok_iphone']);
});

test('a dry run is checked by FCM and not delivered; APNs has none', async () => {
  const { message } = await ask('fcm/fcm-1', { ...ANDROID, dryRun: true });
  expect(message).toBe('FCM would deliver the test push to this token. Nothing was sent.');
  expect(system.hooks.fcm.requests()[0]?.json).toMatchObject({ validate_only: true });
  const { status } = await system.backend.post(`${PROVIDERS}/apns/apns-1/test`, { ...IPHONE, dryRun: true });
  expect([status, system.hooks.apns.requests()]).toEqual([400, []]);
});

test('without a device FCM only checks the request, and the credential is tried', async () => {
  expect(await ask('fcm/fcm-1')).toMatchObject({ message: 'The credential is valid.' });
  expect(system.hooks.fcm.requests()[0]?.json).toMatchObject({ validate_only: true });
  expect(await ask('apns/apns-1')).toMatchObject({ message: 'The credential is valid.' });
});

test.each([
  ['fcm/fcm-1', { ...ANDROID, token: 'tok_mismatch' }, 'the token belongs to another Firebase project'],
  ['apns/apns-1', { ...IPHONE, token: 'tok_mismatch' }, 'the token belongs to another app than com.example.chat'],
  ['apns/apns-1', { ...IPHONE, token: 'tok_unregistered_x' }, 'the token is not: Unregistered'],
])('%s says what is wrong with a token', async (path, device, words) => {
  expect((await ask(path, device)).message).toContain(words);
});

test('a key that is not allowed for the app is called so, and one that Apple does not know', async () => {
  const { keyId, p8Key } = system.hooks.apns.demoApnsKey({ bundleIds: ['com.example.other'], keyId: 'OTHERKEY01' });
  const body = { providerId: 'apns-2', teamId: 'DEMOTEAM01', keyId, p8Key, bundleId: 'com.example.chat' };
  await system.backend.post(`${PROVIDERS}/apns`, body);
  const refused = await ask('apns/apns-2');
  expect(refused.message).toBe('The key is valid but not allowed for topic com.example.chat.');
  system.hooks.apns.demoApnsKey({ bundleIds: ['com.example.other'], keyId: 'OTHERKEY01' });
  expect(await ask('apns/apns-2')).toEqual({
    outcome: 'credential_failing',
    reason: 'InvalidProviderToken',
    durationMs: expect.any(Number),
    message: 'Apple does not know the key: check keyId, teamId and the .p8 file.',
  });
});

test('a webhook that was switched off is on again after a successful test, and only then', async () => {
  const shown = async () => (await system.backend.get(`${PROVIDERS}/custom`)).body.data.pushProviders[0];
  await system.redis.redis.hset(`app:{${system.appId}}`, 'off:custom', JSON.stringify({ reason: 'http_410', at: 1 }));
  system.hook.configure({ basicAuth: BASIC_AUTH, behaviour: { status: 401 } });
  expect(await ask('custom')).toMatchObject({ reason: 'http_401', message: expect.stringContaining('password') });
  expect(await shown()).toMatchObject({ isEnabled: false, disabled: { reason: 'http_410' } });
  system.hook.configure({ basicAuth: BASIC_AUTH });
  expect(await ask('custom')).toMatchObject({ outcome: 'accepted', message: 'The endpoint accepted the test.' });
  expect((await shown()).disabled).toBeUndefined();
  expect(await shown()).toMatchObject({ isEnabled: true });
});

test('the platform of another push service is refused', async () => {
  const { status, body } = await system.backend.post(`${PROVIDERS}/fcm/fcm-1/test`, IPHONE);
  expect([status, body.error.code]).toEqual([400, 'ERR_BAD_REQUEST']);
});
