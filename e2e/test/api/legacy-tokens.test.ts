import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Api } from '../support/api.ts';
import { addPushProviders, logIn, tokensOf } from '../support/devices.ts';
import { aMessage } from '../support/events.ts';
import { getWithHost } from '../support/host-request.ts';
import { type System, startSystem } from '../support/system.ts';

const PATH = '/v2/tokens';
const SUCCESS = { data: { success: true } };

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await addPushProviders(system);
});
afterAll(() => system[Symbol.asyncDispose]());

/** The SDK of a new login, as `callExtension` calls: with the JWT of the login besides. */
async function extensionOf(uid: string, resource: string): Promise<Api> {
  const authtoken = await logIn(system, uid);
  const { body } = await system.asUser(authtoken).post('/v3/me/jwt', {});
  return new Api(system.url, {
    appid: 'app123',
    authtoken,
    accept: 'application/json',
    resource,
    sdk: 'javascript@4.2.0',
    chatapiversion: 'v3',
    'content-type': 'application/json',
    authorization: `Bearer ${body.data.jwt}`,
  });
}

const BROWSER = 'WEB-4_2_0-5f2c1b9e-1741847453';
const PHONE = 'ANDROID-4_0_1-77aa-1741847453';
const IPHONE = 'IOS-4_0_1-88bb-1741847453';

test('tokens are registered, listed by platform for the whole user, and reached by a message', async () => {
  const browser = await extensionOf('bob', BROWSER);
  const phone = await extensionOf('bob', PHONE);
  const iphone = await extensionOf('bob', IPHONE);
  expect((await browser.post(PATH, { fcmToken: 'tok_browser' })).body).toEqual(SUCCESS);
  expect((await phone.post(PATH, { fcmToken: 'tok_phone' })).body).toEqual(SUCCESS);
  expect((await iphone.post(PATH, { apnsToken: 'tok_apns', voipToken: 'tok_voip' })).body).toEqual(SUCCESS);

  const listed = { data: { ios: ['tok_apns', 'tok_voip'], web: ['tok_browser'], android: ['tok_phone'] } };
  expect((await browser.get(PATH)).body).toEqual(listed);
  // With GET the SDK puts its body in the query.
  expect((await phone.get(`${PATH}?all=false`)).body).toEqual(listed);

  const { body } = await system.backend.get('/v3/notifications/push/v1/tokens?uid=bob&all=true');
  const registered = body.data.pushTokens.map((token: Record<string, string>) => [token.platform, token.providerId]);
  expect(registered).toEqual([
    ['fcm_web', 'default'],
    ['fcm_android', 'default'],
    ['apns_ios_device', 'default'],
    ['apns_ios_voip', 'default'],
  ]);

  const event = aMessage();
  await system.backend.post('/v3/events', event);
  expect(await system.done(event.id)).toMatchObject({ planned: 4, accepted: 4 });
  const reached = [...system.hooks.fcm.requests(), ...system.hooks.apns.requests()].map((push) => push.token);
  expect(reached).toHaveLength(3);
  expect(new Set(reached)).toEqual(new Set(['tok_apns', 'tok_browser', 'tok_phone']));
});

test('the extension answers by its own host', async () => {
  const headers = {
    host: 'push-notification-us.push.example.com',
    appid: 'app123',
    authtoken: await logIn(system, 'zoe'),
  };
  expect(await getWithHost(system.url, PATH, headers)).toMatchObject({ status: 200, body: { data: { web: [] } } });
  const login = await getWithHost(system.url, '/v3/me', { ...headers, host: 'push.example.com' });
  const { REGION, EXTENSION_DOMAIN } = login.body.data.settings;
  expect(`push-notification-${REGION}.${EXTENSION_DOMAIN}`).toBe(headers.host);
});

test('deleting takes the tokens of one login; all: true those of every login', async () => {
  const browser = await extensionOf('carol', BROWSER);
  const iphone = await extensionOf('carol', IPHONE);
  const phone = await extensionOf('carol', PHONE);
  await browser.post(PATH, { fcmToken: 'carol_browser' });
  await iphone.post(PATH, { apnsToken: 'carol_apns', voipToken: 'carol_voip' });
  await phone.post(PATH, { fcmToken: 'carol_phone' });
  expect((await iphone.delete(PATH, { all: false })).body).toEqual(SUCCESS);
  expect(await tokensOf(system, 'carol')).toEqual(['carol_browser', 'carol_phone']);
  expect((await phone.delete(PATH, '')).body).toEqual(SUCCESS);
  expect(await tokensOf(system, 'carol')).toEqual(['carol_browser']);
  expect((await phone.delete(PATH, { all: true })).body).toEqual(SUCCESS);
  expect(await tokensOf(system, 'carol')).toEqual([]);
});

test('no user sees or removes the tokens of another', async () => {
  const dave = await extensionOf('dave', BROWSER);
  await dave.post(PATH, { fcmToken: 'dave_browser' });
  const mallory = await extensionOf('mallory', BROWSER);
  expect((await mallory.get(`${PATH}?uid=dave`)).body).toEqual({ data: { ios: [], web: [], android: [] } });
  await mallory.delete(PATH, { all: true });
  expect(await tokensOf(system, 'dave')).toEqual(['dave_browser']);
});

test('logging out removes the tokens of the login', async () => {
  const erin = await extensionOf('erin', PHONE);
  await erin.post(PATH, { fcmToken: 'erin_phone' });
  await erin.delete('/v3/me', '');
  expect(await tokensOf(system, 'erin')).toEqual([]);
  expect((await erin.get(PATH)).body.error.code).toBe('AUTH_ERR_AUTH_TOKEN_NOT_FOUND');
});

test.each<[string, string, object]>([
  ['fcmToken', 'POST', {}],
  ['fcmToken', 'POST', { fcmToken: '' }],
  ['apnsToken', 'POST', { apnsToken: 'x y' }],
  ['voipToken', 'POST', { apnsToken: null, voipToken: 7 }],
  ['all', 'DELETE', { all: 'perhaps' }],
])('a bad %s is refused, and nothing is written: %s %j', async (field, method, body) => {
  const frank = await extensionOf('frank', PHONE);
  const answer = await frank.call(method, PATH, body);
  expect([answer.status, answer.body.error.code]).toEqual([400, 'ERR_BAD_REQUEST']);
  expect(answer.body.error.message.split(':')[0]).toBe(field);
  expect(await tokensOf(system, 'frank')).toEqual([]);
});
