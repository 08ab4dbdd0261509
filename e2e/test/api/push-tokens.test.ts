import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { addPushProviders, logIn, tokensOf } from '../support/devices.ts';
import { type System, startSystem } from '../support/system.ts';

const TOKENS = '/v3/notifications/push/v1/tokens';

let system: System;
beforeAll(async () => {
  system = await startSystem({ apps: [] });
  await addPushProviders(system);
});
afterAll(() => system[Symbol.asyncDispose]());

/** What a person's list says of each token. */
async function platformsOf(uid: string): Promise<[string, string, string][]> {
  const { body } = await system.backend.get(`${TOKENS}?uid=${uid}&all=true`);
  return body.data.pushTokens.map((one: Record<string, string>) => [one.pushToken, one.platform, one.pushTokenType]);
}

describe('a platform', () => {
  const fcm = ['android', 'ios', 'web', 'flutter_android', 'flutter_ios', 'react_native_android', 'react_native_ios'];
  const apns = ['ios', 'flutter', 'react_native', 'ionic_cordova'];
  const rows: [platform: string, field: string, stored: string, type: string][] = [
    ...[...fcm, 'ionic_cordova_android', 'ionic_cordova_ios'].map((name): [string, string, string, string] => [
      `fcm_${name}`,
      'fcmToken',
      `fcm_${name}`,
      'chat',
    ]),
    ...apns.flatMap((name): [string, string, string, string][] => [
      [`apns_${name}_device`, 'deviceToken', `apns_${name}_device`, 'chat'],
      [`apns_${name}_voip`, 'voipToken', `apns_${name}_voip`, 'call'],
    ]),
    // Older SDKs write these.
    ['fcm_iOS', 'fcmToken', 'fcm_ios', 'chat'],
    ['FCM_iOS', 'fcmToken', 'fcm_ios', 'chat'],
    ['FCM_IOS', 'fcmToken', 'fcm_ios', 'chat'],
    ['FCM_FLUTTER_iOS', 'fcmToken', 'fcm_flutter_ios', 'chat'],
  ];
  test.each(rows)('%s is taken with its %s', async (platform, field, stored, type) => {
    const uid = `on-${platform}-${field}`;
    const phone = system.asUser(await logIn(system, uid));
    const providerId = stored.startsWith('fcm') ? 'fcm-1' : 'apns-1';
    const token = `tok_${platform}`;
    expect((await phone.post(TOKENS, { platform, providerId, [field]: token })).body).toEqual({
      data: { success: true },
    });
    expect(await platformsOf(uid)).toEqual([[token, stored, type]]);
  });
});

test.each([
  ['fcm-1', { platform: 'apns_ios_device', deviceToken: 'x' }],
  ['fcm-1', { platform: 'apns_ios_voip', voipToken: 'x' }],
  ['apns-1', { platform: 'fcm_ios', fcmToken: 'x' }],
])('a provider of another kind, %s, is refused for %j', async (providerId, registration) => {
  const phone = system.asUser(await logIn(system, 'mismatch'));
  const { status, body } = await phone.post(TOKENS, { ...registration, providerId });
  expect([status, body.error.code, body.error.message.split(':')[0]]).toEqual([400, 'ERR_BAD_REQUEST', 'providerId']);
  expect(await tokensOf(system, 'mismatch')).toEqual([]);
});

test('a login has one token of a kind; a new one replaces it', async () => {
  const phone = system.asUser(await logIn(system, 'gina'));
  const put = (platform: string, field: string, token: string) => phone.post(TOKENS, { platform, [field]: token });
  await put('apns_ios_device', 'deviceToken', 'device_1');
  await put('apns_ios_voip', 'voipToken', 'voip_1');
  await put('fcm_ios', 'fcmToken', 'fcm_1');
  expect(await tokensOf(system, 'gina')).toEqual(['device_1', 'fcm_1', 'voip_1']);
  await put('apns_ios_device', 'deviceToken', 'device_2');
  await put('fcm_web', 'fcmToken', 'fcm_2');
  expect(await tokensOf(system, 'gina')).toEqual(['device_2', 'fcm_2', 'voip_1']);
});

test('a token without a provider is of the default', async () => {
  const phone = system.asUser(await logIn(system, 'hans'));
  await phone.post(TOKENS, { platform: 'fcm_web', fcmToken: 'hans_web' });
  const { body } = await phone.get(TOKENS);
  expect(body.data.pushTokens).toEqual([
    expect.objectContaining({ uid: 'hans', pushToken: 'hans_web', platform: 'fcm_web', providerId: 'default' }),
  ]);
});

test('of 101 tokens of a user the one idle for longest goes', async () => {
  const tokens = Array.from({ length: 101 }, (_, i) => `ivy_${i}`);
  for (const fcmToken of tokens) {
    const phone = system.asUser(await logIn(system, 'ivy'));
    expect((await phone.post(TOKENS, { platform: 'fcm_android', fcmToken })).status).toBe(200);
  }
  const left = await tokensOf(system, 'ivy');
  expect(left).toHaveLength(100);
  expect(left).not.toContain('ivy_0');
  expect(left).toContain('ivy_100');
});

describe("a person's devices", () => {
  const devicesOf = (uid: string, query = '') => system.backend.get(`/v3/users/${uid}/devices${query}`);

  test('are the push tokens of every login, as the list of those shows them, in pages', async () => {
    for (const fcmToken of ['joan_1', 'joan_2']) {
      await system.asUser(await logIn(system, 'joan')).post(TOKENS, { platform: 'fcm_web', fcmToken });
    }
    const { data, meta } = (await devicesOf('joan')).body;
    expect(data.map(({ pushToken }: { pushToken: string }) => pushToken)).toEqual(['joan_1', 'joan_2']);
    expect(new Set(data)).toEqual(
      new Set((await system.backend.get(`${TOKENS}?uid=joan&all=true`)).body.data.pushTokens),
    );
    expect(meta).toEqual({});
    const first = (await devicesOf('joan', '?state=active&limit=1')).body;
    const second = (await devicesOf('joan', `?limit=1&cursor=${first.meta.cursor}`)).body;
    expect([...first.data, ...second.data]).toEqual(data);
    expect((await devicesOf('joan', '?state=quarantined')).body).toEqual({ data: [], meta: {} });
  });

  test.each([
    ['no-one', '', 404, 'ERR_UID_NOT_FOUND', 'uid'],
    ['joan', '?state=dead', 400, 'ERR_BAD_REQUEST', 'state'],
  ])('of %s%s are answered %i', async (uid, query, status, code, field) => {
    const answer = await devicesOf(uid, query);
    const { error } = answer.body;
    expect([answer.status, error.code, error.message.split(':')[0]]).toEqual([status, code, field]);
  });
});

describe('tokens are listed and removed', () => {
  const SUCCESS = { data: { success: true } };
  /** A person with a phone and a browser. */
  async function withTwo(uid: string) {
    const [phone, browser] = [await logIn(system, uid), await logIn(system, uid)];
    await system.asUser(phone).post(TOKENS, { platform: 'fcm_android', fcmToken: `${uid}_phone` });
    await system.asUser(browser).post(TOKENS, { platform: 'fcm_web', fcmToken: `${uid}_web` });
    return { phone, browser, both: new Set([`${uid}_phone`, `${uid}_web`]) };
  }
  const listed = (body: { data: { pushTokens: { pushToken: string }[] } }) =>
    new Set(body.data.pushTokens.map(({ pushToken }) => pushToken));

  test('of the caller’s login, or with all=true of every login', async () => {
    const { phone, both } = await withTwo('jack');
    expect(listed((await system.asUser(phone).get(TOKENS)).body)).toEqual(new Set(['jack_phone']));
    expect(listed((await system.asUser(phone).get(`${TOKENS}?all=true`)).body)).toEqual(both);
    expect((await system.asUser(phone).delete(TOKENS)).body).toEqual(SUCCESS);
    expect(await tokensOf(system, 'jack')).toEqual(['jack_web']);
    await system.asUser(phone).delete(`${TOKENS}?all=true`);
    expect(await tokensOf(system, 'jack')).toEqual([]);
  });

  test('of the login a backend names, or of all', async () => {
    const { browser, both } = await withTwo('kate');
    expect(listed((await system.backend.get(`${TOKENS}?uid=kate&authToken=${browser}`)).body)).toEqual(
      new Set(['kate_web']),
    );
    expect(listed((await system.backend.get(`${TOKENS}?uid=kate`)).body)).toEqual(both);
    expect((await system.backend.delete(`${TOKENS}?uid=kate`)).body.error.message).toMatch(/^authToken: /);
    await system.backend.delete(`${TOKENS}?uid=kate`, { authToken: browser });
    expect(await tokensOf(system, 'kate')).toEqual(['kate_phone']);
    await system.backend.delete(`${TOKENS}?uid=kate&all=true`);
    expect(await tokensOf(system, 'kate')).toEqual([]);
  });

  test('one at a time, by the token itself', async () => {
    const { phone } = await withTwo('liam');
    expect((await system.asUser(phone).delete(`${TOKENS}/liam_phone`)).body).toEqual(SUCCESS);
    const again = await system.asUser(phone).delete(`${TOKENS}/liam_phone`);
    expect([again.status, again.body.error.code]).toEqual([404, 'ERR_TOKEN_NOT_FOUND']);
    expect(await tokensOf(system, 'liam')).toEqual(['liam_web']);
  });
});
