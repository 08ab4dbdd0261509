import { PLATFORMS, type Platform } from '@fanfare/core';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addPushProviders } from '../support/devices.ts';
import { aCall, aGroupMessage, aMessage } from '../support/events.ts';
import { createApp, type System, startSystem } from '../support/system.ts';

const PATH = '/v3/notifications/v1/templates/preview';

let system: System;
beforeAll(async () => {
  system = await startSystem({ apps: [] });
  await addPushProviders(system, { android: { chat: true, call: false } });
});
afterAll(() => system[Symbol.asyncDispose]());

const preview = (body: object) => system.backend.post(PATH, body);

test('of FCM is the message with the data map, and a notification block where the credential asks for it', async () => {
  const { status, body } = await preview({ event: aMessage(), platform: 'fcm_android' });
  expect(status).toBe(200);
  const { title, payload } = body.data;
  expect(body.data).toMatchObject({ title: 'Alice', body: 'hi' });
  expect(payload.message).toMatchObject({
    token: 'push-token',
    data: { title, body: 'hi', sender: 'alice', receiver: 'bob' },
    notification: { title, body: 'hi' },
    android: { priority: 'HIGH' },
  });
  const web = (await preview({ event: aMessage(), platform: 'fcm_web' })).body.data.payload;
  expect(web.message).not.toHaveProperty('notification');
});

test('of APNs is headers and body: an alert, a VoIP push for a call that rings', async () => {
  const { payload } = (await preview({ event: aMessage(), platform: 'apns_ios_device' })).body.data;
  expect(payload.headers).toMatchObject({ 'apns-topic': 'com.example.chat', 'apns-push-type': 'alert' });
  expect(payload.headers).not.toHaveProperty('authorization');
  expect(payload.body.aps).toMatchObject({ alert: { title: 'Alice', body: 'hi' } });
  const ring = (await preview({ event: aCall(), platform: 'apns_ios_voip' })).body.data.payload;
  expect(ring.headers).toMatchObject({ 'apns-topic': 'com.example.chat.voip', 'apns-push-type': 'voip' });
  expect(ring.body).toMatchObject({ sender: 'alice', callAction: 'initiated' });
});

const PLATFORM_NAMES = Object.keys(PLATFORMS) as Platform[];
const isVoip = (platform: Platform) => PLATFORMS[platform].kind === 'voip';

test.each(PLATFORM_NAMES.filter((platform) => !isVoip(platform)))('of %s shows a message', async (platform) => {
  const { status, body } = await preview({ event: aMessage(), platform });
  expect(status).toBe(200);
  const { payload } = body.data;
  const shown = PLATFORMS[platform].provider === 'fcm' ? payload.message.data : payload.body.aps.alert;
  expect(shown).toMatchObject({ title: 'Alice', body: 'hi' });
});

test.each(PLATFORM_NAMES.filter(isVoip))(
  'of %s shows a ring and what may end it, and nothing else',
  async (platform) => {
    const states = ['initiated', 'ongoing', 'rejected', 'busy', 'cancelled', 'unanswered', 'ended'];
    for (const type of states.map((state) => `call.${state}`)) {
      const { payload } = (await preview({ event: aCall({ type }), platform })).body.data;
      expect(payload.headers).toMatchObject({ 'apns-push-type': 'voip' });
      expect(payload.body).toMatchObject({ callAction: type.split('.')[1] });
    }
    const { status, body } = await preview({ event: aMessage(), platform });
    expect([status, body.error.message.split(':')[0]]).toEqual([400, 'platform']);
  },
);

test('of the webhook is its body, in the templates of now and the language of the person', async () => {
  const group = { conversation: { type: 'group', id: 'hiking', name: 'Hiking' } };
  const { data } = (await preview({ event: aMessage(group), uid: 'bob', platform: 'custom' })).body;
  expect(data.payload).toMatchObject({
    trigger: 'push-notification-payload-generated',
    data: { to: { uid: 'bob' }, notificationDetails: { title: data.title, body: data.body, receiver: 'hiking' } },
    appId: 'app123',
  });
  const noOne = (await preview({ event: aMessage(group), platform: 'custom' })).body.data;
  expect(noOne.title).toBe(data.title);
});

test('is what explain says would be sent', async () => {
  await system.backend.patch('/v3/notifications/v1/settings', { badge: true });
  const event = aGroupMessage('hiking', { recipients: ['bob'] });
  const { data } = (await preview({ event, uid: 'bob', platform: 'custom' })).body;
  const explained = (await system.backend.post('/v3/explain', { event, uid: 'bob' })).body.data;
  expect(data.payload.data.notificationDetails).toEqual(explained.payload);
  expect(explained.payload.unreadMessageCount).toBe(1);
});

test('changes of templates can be tried in a language, and hidden, before they are stored', async () => {
  const textMessageTemplateDefault = { titleOneOnOne: 'From {{message.data.entities.sender.entity.name}}', body: null };
  const templates = {
    textMessageTemplateDefault: { ...textMessageTemplateDefault, locales: { de: { titleOneOnOne: 'Von Alice' } } },
    textMessageTemplatePrivacy: { body: 'Something new' },
  };
  const request = { event: aMessage(), platform: 'custom', templates };
  const shown = async (more: object) => (await preview({ ...request, ...more })).body.data;
  expect(await shown({})).toMatchObject({ title: 'From Alice', body: 'hi' });
  expect(await shown({ locale: 'de-AT' })).toMatchObject({ title: 'Von Alice', body: 'hi' });
  expect(await shown({ privacy: true })).toMatchObject({ title: 'Alice', body: 'Something new' });
  expect(await shown({ templates: undefined })).toMatchObject({ title: 'Alice', body: 'hi' });
});

test('null in place of the templates shows the defaults, which it would restore', async () => {
  const settings = '/v3/notifications/v1/settings';
  const stored = { textMessageTemplateDefault: { titleOneOnOne: 'Stored' } };
  await system.backend.patch(settings, { templates: stored });
  const title = async (more: object) =>
    (await preview({ event: aMessage(), platform: 'custom', ...more })).body.data.title;
  expect([await title({}), await title({ templates: null })]).toEqual(['Stored', 'Alice']);
  await system.backend.patch(settings, { templates: null });
  expect(await title({})).toBe('Alice');
});

test('nothing is sent or stored', async () => {
  const before = await system.redis.redis.dbsize();
  await preview({ event: aMessage({ sender: { uid: 'not-seen-before' } }), platform: 'fcm_ios' });
  expect(await system.redis.redis.dbsize()).toBe(before);
  expect(system.hook.requests()).toEqual([]);
});

test.each<[string, object]>([
  ['platform', { event: aMessage(), platform: 'pager' }],
  ['platform', { event: aMessage(), platform: 'apns_ios_voip' }],
  ['platform', { event: aMessage() }],
  ['event.type', { event: aMessage({ type: 'message.read', message: { id: '1' } }), platform: 'custom' }],
  ['event.message.id', { event: aMessage({ message: {} }), platform: 'custom' }],
  ['uid', { event: aMessage(), uid: 'b b', platform: 'custom' }],
  ['locale', { event: aMessage(), platform: 'custom', locale: '!' }],
  ['zone', { event: aMessage(), platform: 'custom', zone: 'UTC' }],
])('what is wrong is named: %s', async (field, input) => {
  const { status, body } = await preview(input);
  expect([status, body.error.message.split(':')[0]]).toEqual([400, field]);
});

test('without a credential there is no message for the device, but there is for the webhook', async () => {
  const backend = await createApp(system.admin, system.url, 'bare');
  const { status, body } = await backend.post(PATH, { event: aMessage(), platform: 'fcm_android' });
  expect([status, body.error.code]).toEqual([404, 'ERR_PROVIDER_NOT_FOUND']);
  expect((await backend.post(PATH, { event: aMessage(), platform: 'custom' })).status).toBe(200);
});
