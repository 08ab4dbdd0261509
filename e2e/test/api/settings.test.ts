import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Api } from '../support/api.ts';
import { logIn } from '../support/devices.ts';
import { aMessage } from '../support/events.ts';
import { createApp, type System, startSystem } from '../support/system.ts';

const SETTINGS = '/v3/notifications/v1/settings';
const SUCCESS = { data: { success: true } };

let system: System;
beforeAll(async () => {
  system = await startSystem({ apps: [] });
});
afterAll(() => system[Symbol.asyncDispose]());

let serial = 0;
/** An app of its own. */
const anApp = () => createApp(system.admin, system.url, `app-${++serial}`);
const read = async (backend: Api) => (await backend.get(SETTINGS)).body.data;

const ON = { Setting: 2, Override: true };
const OFF = { Setting: 1, Override: true };
/** `<name>Setting` and `<name>Override` for each name. */
const switches = (names: readonly string[], { Setting, Override }: typeof ON) =>
  Object.fromEntries(
    names.flatMap((name) => [
      [`${name}Setting`, Setting],
      [`${name}Override`, Override],
    ]),
  );
const MESSAGES = ['messages', 'replies', 'quotedReplies', 'reactions'];
const MEMBERS = ['Left', 'Added', 'Joined', 'Kicked', 'Banned', 'Unbanned', 'ScopeChanged'].map((w) => `member${w}`);
const CALLS = ['initiated', 'ongoing', 'cancelled', 'rejected', 'unanswered', 'busy', 'ended'];
const EDITS = { messageEditedSetting: 2, messageDeletedSetting: 2, reactionRemovedSetting: 1 };

test('of an app that has set nothing are the defaults, all of them', async () => {
  const settings = await read(await anApp());
  expect(settings).toMatchObject({ pushEnabled: true, sound: { chat: 'default', call: 'default' }, badge: false });
  expect(settings).toMatchObject({ locale: 'en', timezone: 'UTC', retention: { bulk: 24, events: 168, content: 24 } });
  const { preferences } = settings;
  expect(preferences.group).toEqual({ ...switches(MESSAGES, ON), ...switches(MEMBERS, OFF), ...EDITS });
  expect(preferences.oneOnOne).toEqual({ ...switches(MESSAGES, ON), ...EDITS });
  expect(preferences.call).toMatchObject(switches(CALLS, { Setting: 2, Override: false }));
  expect(preferences.mute).toMatchObject({ dndPreferenceSetting: 1, dndPreferenceOverride: true });
  expect(preferences).toMatchObject({ bypassPreferencesForMentions: false, usePrivacyTemplate: 3 });
  expect(preferences.push).toMatchObject({ includeMessageObjectSetting: false, includeSenderMetadataSetting: true });
  expect(settings.membership).toBeUndefined();
});

test('a change is merged part by part, and answered as CometChat does', async () => {
  const backend = await anApp();
  const before = await read(backend);
  const first = await backend.patch(SETTINGS, {
    preferences: {
      group: { messagesSetting: 3 },
      mute: { schedulePreferenceSetting: { monday: { from: 2200, to: 600 } } },
      push: { customJson: { a: { b: 1 } } },
    },
    sound: { chat: 'ping.caf' },
  });
  expect([first.status, first.body]).toEqual([200, SUCCESS]);
  await backend.patch(SETTINGS, {
    preferences: { group: { messagesOverride: false }, push: { customJson: { a: { c: 2 } } } },
    maxGroupSize: 500,
    badge: true,
  });
  const { preferences, ...rest } = before;
  const week = preferences.mute.schedulePreferenceSetting;
  const monday = { from: 2200, to: 600, dnd: false };
  expect(await read(backend)).toEqual({
    ...rest,
    preferences: {
      ...preferences,
      group: { ...preferences.group, messagesSetting: 3, messagesOverride: false },
      mute: { ...preferences.mute, schedulePreferenceSetting: { ...week, monday } },
      push: { ...preferences.push, customJson: { a: { c: 2 } } },
    },
    sound: { chat: 'ping.caf', call: 'default' },
    maxGroupSize: 500,
    badge: true,
  });
});

test('null brings a value, or a part, back to its default; DELETE all of them', async () => {
  const backend = await anApp();
  const before = await read(backend);
  const all = {
    preferences: { group: { messagesSetting: 1, repliesSetting: 1 }, oneOnOne: { messagesSetting: 1 } },
    sound: { chat: 'ping.caf' },
    maxGroupSize: 5,
    deadlines: { message: { leaveMs: 60_000, holdMs: 0 } },
    retention: { bulk: 48 },
  };
  await backend.patch(SETTINGS, all);
  await backend.patch(SETTINGS, {
    preferences: { group: { messagesSetting: null }, oneOnOne: null },
    sound: null,
    maxGroupSize: null,
    deadlines: { message: null },
    retention: { bulk: null },
  });
  const group = { ...before.preferences.group, repliesSetting: 1 };
  expect(await read(backend)).toEqual({ ...before, preferences: { ...before.preferences, group } });
  await backend.patch(SETTINGS, all);
  const reset = await backend.delete(SETTINGS);
  expect([reset.status, reset.body]).toEqual([200, SUCCESS]);
  expect(await read(backend)).toEqual(before);
});

describe('what cannot be is refused, naming the field, and nothing is written', () => {
  const group = (part: object) => ({ preferences: { group: part } });
  const monday = (day: object) => ({ preferences: { mute: { schedulePreferenceSetting: { monday: day } } } });
  test.each<[string, unknown]>([
    ['preferences.group.messagesSetting', group({ messagesSetting: 4 })],
    ['preferences.group.messagesOverride', group({ messagesOverride: 1 })],
    ['preferences.group.memberLeftSetting', group({ memberLeftSetting: 3 })],
    ['preferences.group.messageEditedSetting', group({ messageEditedSetting: 3 })],
    ['preferences.oneOnOne.repliesSetting', { preferences: { oneOnOne: { repliesSetting: 5 } } }],
    ['preferences.mute.dndPreferenceSetting', { preferences: { mute: { dndPreferenceSetting: 0 } } }],
    ['preferences.mute.schedulePreferenceSetting.monday.from', monday({ from: 2360 })],
    ['preferences.mute.schedulePreferenceSetting.monday.to', monday({ to: 2400 })],
    ['preferences.call.initiatedSetting', { preferences: { call: { initiatedSetting: 3 } } }],
    ['preferences.usePrivacyTemplate', { preferences: { usePrivacyTemplate: 4 } }],
    ['preferences.bypassPreferencesForMentions', { preferences: { bypassPreferencesForMentions: 'yes' } }],
    ['preferences.push.trimTextFieldSetting', { preferences: { push: { trimTextFieldSetting: 1 } } }],
    ['preferences.push.customJson', { preferences: { push: { customJson: [] } } }],
    ['preferences', { preferences: [] }],
    ['sound.chat', { sound: { chat: 5 } }],
    ['deadlines.gossip', { deadlines: { gossip: null } }],
    ['deadlines.message.holdMs', { deadlines: { message: { leaveMs: 1000 } } }],
    ['deadlines.message.leaveMs', { deadlines: { message: { leaveMs: 10, holdMs: 0 } } }],
    ['maxGroupSize', { maxGroupSize: 0 }],
    ['badge', { badge: 'on' }],
    ['locale', { locale: 'not a language' }],
    ['timezone', { timezone: 'Mars/Olympus' }],
    ['retention.bulk', { retention: { bulk: 23, events: 168 } }],
    ['membership.url', { membership: { url: 'ftp://backend.example/members' } }],
    ['membership.url', { membership: { url: 'http://192.168.0.1/members' } }],
    ['membership.url', { membership: { secret: `whsec_${'A'.repeat(32)}` } }],
    ['body', {}],
    ['body', { colour: 'red' }],
    ['body', []],
    ['body', undefined],
  ])('%s: %j', async (field, patch) => {
    const before = await read(system.backend);
    const withGood = patch && Object.keys(patch).length > 0 && field !== 'body' ? { maxGroupSize: 7, ...patch } : patch;
    const { status, body } = await system.backend.patch(SETTINGS, withGood);
    expect([status, body.error?.code, body.error?.message.split(':')[0]]).toEqual([400, 'ERR_BAD_REQUEST', field]);
    expect(await read(system.backend)).toEqual(before);
  });

  test('but unknown fields beside known ones are named in the answer, and so is pushEnabled', async () => {
    const backend = await anApp();
    const before = await read(backend);
    const patch = {
      colour: 'red',
      pushEnabled: false,
      preferences: { email: { on: true }, call: { initiatedOverride: false }, group: { pollsSetting: 1 } },
    };
    const { status, body } = await backend.patch(SETTINGS, patch);
    expect(status).toBe(200);
    expect(body.data.ignored.map(({ field }: { field: string }) => field)).toEqual([
      'colour',
      'pushEnabled',
      'preferences.email',
      'preferences.group.pollsSetting',
    ]);
    expect(await read(backend)).toEqual(before);
  });

  test.each([
    ['preferences.group.messageEditedOverride', { group: { messageEditedOverride: true } }],
    ['preferences.oneOnOne.messageDeletedOverride', { oneOnOne: { messageDeletedOverride: true } }],
    ['preferences.call.initiatedOverride', { call: { initiatedOverride: true } }],
  ])('%s cannot be switched on, and is refused instead of ignored', async (field, preferences) => {
    const backend = await anApp();
    const { status, body } = await backend.patch(SETTINGS, { preferences });
    expect([status, body.error.message.split(':')[0]]).toEqual([400, field]);
    const off = JSON.parse(JSON.stringify(preferences).replace('true', 'false'));
    expect((await backend.patch(SETTINGS, { preferences: off })).body).toEqual({ data: { success: true } });
  });
});

test('push is switched by the operator, and the settings show it', async () => {
  const backend = await anApp();
  await system.admin.patch(`/v3/apps/app-${serial}`, { pushEnabled: false });
  expect((await read(backend)).pushEnabled).toBe(false);
});

describe('the source of members', () => {
  const URL = 'https://backend.example/members';
  const aSecret = () => `whsec_${randomBytes(32).toString('base64')}`;

  test('has a secret that is never shown, nor stored in clear', async () => {
    const backend = await anApp();
    const secret = aSecret();
    const set = await backend.patch(SETTINGS, { membership: { url: URL, secret } });
    expect([set.status, set.body]).toEqual([200, SUCCESS]);
    expect((await read(backend)).membership).toEqual({ url: URL, signed: true });
    const appId = await system.redis.redis.hget('{apps}:ids', `app-${serial}`);
    const stored = JSON.stringify(await system.redis.redis.hgetall(`app:{${appId}}`));
    expect(stored).toContain(URL);
    expect(stored + JSON.stringify(await read(backend))).not.toContain(secret.slice('whsec_'.length));
  });

  test('keeps its secret on the same origin only, loses it with null, and goes with null', async () => {
    const backend = await anApp();
    const change = async (membership: object | null) => {
      await backend.patch(SETTINGS, { membership });
      return (await read(backend)).membership;
    };
    expect(await change({ url: URL })).toEqual({ url: URL, signed: false });
    expect(await change({ url: URL, secret: aSecret() })).toEqual({ url: URL, signed: true });
    expect(await change({ url: `${URL}/v2` })).toEqual({ url: `${URL}/v2`, signed: true });
    expect(await change({ url: 'https://other.example/' })).toEqual({ url: 'https://other.example/', signed: false });
    await change({ url: URL, secret: aSecret() });
    expect(await change({ url: URL, secret: null })).toEqual({ url: URL, signed: false });
    await change({ url: URL, secret: aSecret() });
    expect(await change(null)).toBeUndefined();
    expect(await change({ url: URL })).toEqual({ url: URL, signed: false });
  });

  test.each(['password', 'whsec_dG9vIHNob3J0'])('refuses the secret %s without repeating it', async (secret) => {
    const { status, body } = await system.backend.patch(SETTINGS, { membership: { url: URL, secret } });
    expect([status, body.error.message.split(':')[0]]).toEqual([400, 'membership.secret']);
    expect(JSON.stringify(body)).not.toContain(secret);
    expect((await read(system.backend)).membership).toBeUndefined();
  });
});

describe('are for', () => {
  test('keys that manage and the operator, not for people or publishers', async () => {
    const { body } = await system.admin.post('/v3/apps/app123/apikeys', { scopes: ['publish'] });
    const publisher = new Api(system.url, { apikey: body.data.apiKey });
    const person = system.asUser(await logIn(system));
    for (const [api, status] of [
      [publisher, 403],
      [person, 401],
      [new Api(system.url, {}), 401],
    ] as const) {
      expect((await api.get(SETTINGS)).status).toBe(status);
      expect((await api.patch(SETTINGS, { badge: true })).status).toBe(status);
      expect((await api.delete(SETTINGS)).status).toBe(status);
    }
    const byOperator = await system.admin.call('GET', SETTINGS, undefined, { appid: 'app123' });
    expect([byOperator.status, byOperator.body.data]).toEqual([200, await read(system.backend)]);
  });

  test('one app: another keeps its own', async () => {
    const [one, other] = [await anApp(), await anApp()];
    await one.patch(SETTINGS, { maxGroupSize: 3 });
    expect((await read(other)).maxGroupSize).toBeUndefined();
    expect((await one.call('GET', SETTINGS, undefined, { appid: 'app123' })).status).toBe(403);
  });
});

test('a change counts from the next event on', async () => {
  await using whole = await startSystem();
  const countsOfNext = async () => {
    const event = aMessage();
    await whole.backend.post('/v3/events', event);
    return whole.done(event.id);
  };
  expect(await countsOfNext()).toMatchObject({ planned: 1 });
  await whole.backend.patch(SETTINGS, { preferences: { oneOnOne: { messagesSetting: 1 } } });
  expect(await countsOfNext()).toMatchObject({ planned: 0, suppressed: { MESSAGES_PREFERENCE: 1 } });
  await whole.backend.delete(SETTINGS);
  expect(await countsOfNext()).toMatchObject({ planned: 1 });
});
