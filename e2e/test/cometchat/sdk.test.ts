import { createHmac, hkdfSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Api } from '../support/api.ts';
import { addPushProviders, logIn, tokensOf } from '../support/devices.ts';
import { getWithHost } from '../support/host-request.ts';
import { type System, startSystem } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem({ apps: [] });
  await addPushProviders(system);
  await system.backend.put('/v3/users/bob', { name: 'Bob', avatar: 'https://example.com/bob.png' });
});
afterAll(() => system[Symbol.asyncDispose]());

const RESOURCE = 'WEB-4_2_0-5f2c1b9e-c8ac-4e6e-97aa-0ae0b5b78daf-1741847453000';

/** What the SDK sends with everything, before it knows the settings. */
const headersOf = (authtoken: string) => ({
  appid: 'app123',
  authtoken,
  accept: 'application/json',
  resource: RESOURCE,
  sdk: 'javascript@4.2.0',
  'content-type': 'application/json',
});

/** The SDK of a user who logs in, as it calls before and after the login. */
async function sdkOf(authToken: string) {
  const { url } = system;
  const before = new Api(url, headersOf(authToken));
  return { before, after: new Api(url, { ...headersOf(authToken), chatapiversion: 'v3' }) };
}

const LOGIN = {
  platform: 'javascript',
  deviceId: RESOURCE,
  appInfo: { version: '4.2.0', apiVersion: 'v3.0', userAgent: 'Mozilla/5.0' },
};
const PUSH = '/v3/notifications/push/v1';
const TIME_ZONE = '/v3/notifications/v1/preferences/timezone';
const SUCCESS = { data: { success: true } };

/** The settings of a login that came by this host. */
const settingsAt = (host: string) => ({
  settingsHash: expect.stringMatching(/^[0-9a-f]{32}$/),
  settingsHashReceivedAt: expect.any(Number),
  CLIENT_API_HOST: host,
  ADMIN_API_HOST: host,
  CHAT_API_VERSION: 'v3',
  ANALYTICS_PING_DISABLED: true,
  REGION: 'us',
  EXTENSION_DOMAIN: host,
  MODE: 'DEFAULT',
  APP_VERSION: 4,
});

test('the requests of the published JavaScript SDK log in, use CometChatNotifications and log out', async () => {
  const authToken = await logIn(system);
  const { before, after } = await sdkOf(authToken);

  const login = await before.put('/v3/me', LOGIN);
  expect(login).toMatchObject({ status: 200 });
  expect(login.body.data).toEqual({
    uid: 'bob',
    name: 'Bob',
    avatar: 'https://example.com/bob.png',
    status: 'online',
    role: 'default',
    createdAt: expect.any(Number),
    authToken,
    wsChannel: {},
    jwt: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    settings: settingsAt(new URL(system.url).host),
  });

  const token = { providerId: 'fcm-1', timezone: 'Asia/Tokyo', fcmToken: 'tok_sdk', platform: 'fcm_web' };
  expect((await after.post(`${PUSH}/tokens`, token)).body).toEqual(SUCCESS);
  expect(await tokensOf(system)).toEqual(['tok_sdk']);

  const fetched = (await after.get(`${PUSH}/preferences`)).body.data;
  expect(fetched).toMatchObject({
    groupPreferences: { groupMessages: 2, groupMemberLeft: 1 },
    oneOnOnePreferences: { oneOnOneMessages: 2 },
    mutePreferences: { dnd: 1 },
    usePrivacyTemplate: expect.any(Boolean),
  });
  const changed = { groupPreferences: { groupMessages: 3 }, mutePreferences: { dnd: 2 } };
  const updated = (await after.patch(`${PUSH}/preferences`, changed)).body.data;
  expect(updated.groupPreferences).toEqual({ ...fetched.groupPreferences, groupMessages: 3 });
  expect(updated.oneOnOnePreferences).toEqual(fetched.oneOnOnePreferences);
  expect(updated.mutePreferences).toMatchObject({ dnd: 2 });
  expect((await after.delete(`${PUSH}/preferences`)).body.data).toEqual(fetched);

  const until = Date.now() + 3_600_000;
  const [alice, hiking] = [
    { id: 'alice', type: 'oneOnOne', until },
    { id: 'hiking', type: 'group', until },
  ];
  const mute = `${PUSH}/preferences/mute`;
  expect((await after.put(mute, { conversations: [alice, hiking] })).body).toEqual(SUCCESS);
  const muted = (await after.get(mute)).body.data.mutedConversations;
  expect(muted).toHaveLength(2);
  expect(muted).toEqual(expect.arrayContaining([alice, hiking]));
  const unmuted = await after.delete(mute, { conversations: [{ id: 'alice', type: 'oneOnOne' }] });
  expect(unmuted.body).toEqual(SUCCESS);
  expect((await after.get(mute)).body).toEqual({ data: { mutedConversations: [hiking] } });

  expect((await after.get(TIME_ZONE)).body.data).toEqual({ success: true, timezone: 'Asia/Tokyo' });
  const moved = await after.patch(TIME_ZONE, { timezone: 'Europe/Paris' });
  expect(moved.body.data).toEqual({ success: true, timezone: 'Europe/Paris' });
  expect((await after.get(TIME_ZONE)).body.data.timezone).toBe('Europe/Paris');

  expect((await after.delete(`${PUSH}/tokens`)).body).toEqual(SUCCESS);
  expect(await tokensOf(system)).toEqual([]);

  await after.post(`${PUSH}/tokens`, token);
  // An empty body of JSON is no body.
  expect((await after.delete('/v3/me', '')).body).toEqual(SUCCESS);
  expect(await tokensOf(system)).toEqual([]);
  for (const answer of [await after.get('/v3/me'), await after.post(`${PUSH}/tokens`, token)]) {
    expect(answer.status).toBe(401);
    expect(answer.body.error).toEqual({ code: 'AUTH_ERR_AUTH_TOKEN_NOT_FOUND', message: expect.any(String) });
  }
});

test('logging out ends one login and leaves the others, with their push tokens', async () => {
  const [phone, browser] = [await logIn(system, 'carol'), await logIn(system, 'carol')];
  await system.asUser(phone).post(`${PUSH}/tokens`, { platform: 'fcm_android', fcmToken: 'carol_phone' });
  await system.asUser(browser).post(`${PUSH}/tokens`, { platform: 'fcm_web', fcmToken: 'carol_browser' });
  await system.asUser(browser).delete('/v3/me');
  expect(await tokensOf(system, 'carol')).toEqual(['carol_phone']);
  expect((await system.asUser(phone).get('/v3/me')).body.data).toMatchObject({ uid: 'carol', name: 'carol' });
});

test('what the SDK tells of its device is taken', async () => {
  const { after } = await sdkOf(await logIn(system));
  const device = { device: { language: 'en', userAgent: 'Mozilla/5.0' }, meta: { network: '4g' } };
  expect(await after.post('/v3/user_sessions', device)).toMatchObject({ status: 200, body: SUCCESS });
});

test('a JWT says who the user is for an hour, signed with a key derived for it alone', async () => {
  const { after } = await sdkOf(await logIn(system));
  const { body } = await after.post('/v3/me/jwt', { passthrough: {} });
  const [header = '', claims = '', signature] = body.data.jwt.split('.');
  const key = hkdfSync('sha256', Buffer.from(system.env.FANFARE_MASTER_KEY, 'base64'), '', 'fanfare me jwt', 32);
  const signed = createHmac('sha256', Buffer.from(key)).update(`${header}.${claims}`).digest('base64url');
  expect(signature).toBe(signed);
  const said = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  expect(said(header)).toEqual({ alg: 'HS256', typ: 'JWT' });
  const { iat, exp, ...who } = said(claims);
  expect(who).toEqual({ sub: 'bob', app: 'app123' });
  expect(exp - iat).toBe(3600);
  expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(60);
});

describe('who is no login', () => {
  const paths = [
    ['PUT', '/v3/me'],
    ['GET', '/v3/me'],
    ['DELETE', '/v3/me'],
    ['POST', '/v3/me/jwt'],
    ['POST', '/v3/user_sessions'],
    ['GET', '/v2/tokens'],
  ] as const;
  test.each(paths)('is refused: %s %s', async (method, path) => {
    const body = method === 'GET' ? undefined : {};
    const answerTo = async (headers: Record<string, string>) => {
      const answer = await new Api(system.url, headers).call(method, path, body);
      return [answer.status, answer.body.error?.code];
    };
    const unknown = [401, 'AUTH_ERR_AUTH_TOKEN_NOT_FOUND'];
    expect(await answerTo({ appid: 'app123' })).toEqual(unknown);
    expect(await answerTo({ appid: 'app123', authtoken: 'at_guess' })).toEqual(unknown);
    expect(await answerTo({ appid: 'other', authtoken: await logIn(system) })).toEqual(unknown);
    expect(await answerTo({ authtoken: await logIn(system) })).toEqual([400, 'ERR_BAD_REQUEST']);
    expect(await answerTo({ appid: 'app123', adminkey: system.env.FANFARE_ADMIN_KEY })).toEqual([
      403,
      'AUTH_ERR_NO_ACCESS',
    ]);
    const withKey = await system.backend.call(method, path, body);
    expect([withKey.status, withKey.body.error.code]).toEqual([403, 'AUTH_ERR_NO_ACCESS']);
  });
});

describe('the settings', () => {
  const get = (headers: Record<string, string>) =>
    new Api(system.url, {}).call('GET', '/v3/settings', undefined, headers);

  test('of an app are there for every caller who names it', async () => {
    expect((await get({ appid: 'app123' })).body).toEqual({ data: settingsAt(new URL(system.url).host) });
  });
  test.each<[object, number, string]>([
    [{}, 400, 'ERR_BAD_REQUEST'],
    [{ appid: 'a b' }, 400, 'ERR_BAD_REQUEST'],
    [{ appid: 'nowhere' }, 404, 'ERR_APP_NOT_FOUND'],
  ])('are refused for %j', async (headers, status, code) => {
    const answer = await get(headers as Record<string, string>);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(answer.body.error.message).toMatch(/^appId: /);
  });
  test('keep their hash while they stay the same', async () => {
    const hashAt = async (host: string) =>
      (await getWithHost(system.url, '/v3/settings', { host, appid: 'app123' })).body.data.settingsHash;
    expect(await hashAt('push.example.com')).toBe(await hashAt('push.example.com'));
    expect(await hashAt('push.example.com')).not.toBe(await hashAt('other.example.com'));
  });
});
