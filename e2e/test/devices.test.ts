import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { ANDROID, addPushProviders, IPHONE, logIn, register, tokensOf, VOIP, WEB } from './support/devices.ts';
import { aCall, aMessage } from './support/events.ts';
import { startProcess } from './support/process.ts';
import { type System, startSystem } from './support/system.ts';

/** Bob with a phone of each kind, a browser, and the app's webhook. */
async function startWithDevices(options: Parameters<typeof startSystem>[0] = {}) {
  const system = await startSystem(options);
  await addPushProviders(system);
  const android = await logIn(system);
  await register(system, android, ANDROID);
  const iphone = await logIn(system);
  await register(system, iphone, IPHONE, VOIP);
  return { system, android, iphone };
}

const MESSAGE = {
  title: 'Alice',
  body: 'hi',
  sender: 'alice',
  senderName: 'Alice',
  receiver: 'bob',
  receiverName: 'Bob',
  receiverType: 'user',
  conversationId: 'alice_user_bob',
  type: 'chat',
  sentAt: '1741847453000',
};

const sent = (system: System) => ({ fcm: system.hooks.fcm.requests(), apns: system.hooks.apns.requests() });

test('a message to three devices and a webhook is four deliveries, each with its whole payload', async () => {
  const { system } = await startWithDevices();
  await using _system = system;
  await register(system, await logIn(system), WEB);
  const event = aMessage({ message: { id: '101', text: 'hi' } });
  await system.backend.post('/v3/events', event);
  expect(await system.done(event.id)).toMatchObject({ audience: 1, planned: 4, accepted: 4 });
  const { fcm, apns } = sent(system);
  const details = { ...MESSAGE, tag: '101' };
  const byToken = Object.fromEntries(fcm.map((push) => [push.token, push.json]));
  expect(byToken.tok_android).toEqual({
    message: {
      token: 'tok_android',
      data: details,
      android: expect.objectContaining({ priority: 'HIGH' }),
    },
  });
  expect(byToken.tok_web).toMatchObject({ message: { token: 'tok_web', data: details } });
  expect(apns.map((push) => [push.token, push.json])).toEqual([
    ['tok_iphone', { aps: { alert: { title: 'Alice', body: 'hi' }, sound: 'default' }, ...details }],
  ]);
  expect(apns[0]?.headers).toMatchObject({
    'apns-topic': 'com.example.chat',
    'apns-push-type': 'alert',
    'apns-priority': '10',
    'apns-collapse-id': '101',
  });
  expect(system.hook.counts().received).toBe(1);
});

test('a call goes by VoIP and as FCM data at high priority, and to nobody by alert', async () => {
  const { system } = await startWithDevices();
  await using _system = system;
  const call = aCall({ call: { id: '120', sessionId: 'v1.us.1', type: 'audio' } });
  await system.backend.post('/v3/events', call);
  expect(await system.done(call.id)).toMatchObject({ planned: 3, accepted: 3 });
  const { fcm, apns } = sent(system);
  expect(apns.map((push) => push.token)).toEqual(['tok_voip']);
  expect(apns[0]?.headers).toMatchObject({
    'apns-topic': 'com.example.chat.voip',
    'apns-push-type': 'voip',
    'apns-priority': '10',
    'apns-expiration': String(Math.floor((call.sentAt + 30_000) / 1000)),
  });
  expect(apns[0]?.json).toMatchObject({ type: 'call', callAction: 'initiated', sessionId: 'v1.us.1', sender: 'alice' });
  expect(fcm).toHaveLength(1);
  expect(fcm[0]?.json).toMatchObject({
    message: {
      android: { priority: 'HIGH' },
      data: { type: 'call', callAction: 'initiated', callType: 'audio' },
    },
  });
  expect(fcm[0]?.json).not.toHaveProperty('message.notification');
  expect(fcm[0]?.json).not.toHaveProperty('message.android.notification');
});

test('edits and deletes reuse the tag of the message', async () => {
  const { system } = await startWithDevices();
  await using _system = system;
  for (const type of ['message.sent', 'message.edited', 'message.deleted']) {
    const event = aMessage({ type, message: { id: '101', text: 'hi' } });
    await system.backend.post('/v3/events', event);
    await system.done(event.id);
  }
  expect(sent(system).apns.map((push) => push.headers['apns-collapse-id'])).toEqual(['101', '101', '101']);
});

test('a token that is unregistered leaves the active devices; the others stay', async () => {
  const { system, android } = await startWithDevices();
  await using _system = system;
  await register(system, android, { ...ANDROID, fcmToken: 'tok_unregistered_android' });
  const event = aMessage();
  await system.backend.post('/v3/events', event);
  expect(await system.done(event.id)).toMatchObject({ planned: 3, accepted: 2, token_dead: 1 });
  expect(await tokensOf(system)).toEqual(['tok_iphone', 'tok_voip']);
});

test('a token refreshed between planning and sending is the one that is sent to; a logged-out one is not', async () => {
  const { system, android, iphone } = await startWithDevices({ apps: ['fanout'] });
  await using _system = system;
  const event = aMessage();
  await system.backend.post('/v3/events', event);
  await until(async () => {
    const { body } = await system.backend.get(`/v3/events/${event.id}`);
    return body.data.state === 'delivering';
  }, 'everything is planned');
  await register(system, android, { ...ANDROID, fcmToken: 'tok_android_refreshed' });
  await system.backend.delete(`/v3/users/bob/auth_tokens/${iphone}`);
  await using _sender = await startProcess('sender', system.env);
  expect(await system.done(event.id)).toMatchObject({ planned: 3, accepted: 2, superseded: 1 });
  expect(sent(system).fcm.map((push) => push.token)).toEqual(['tok_android_refreshed']);
  expect(sent(system).apns).toEqual([]);
});

test('a credential that is refused as a whole is failing: its deliveries wait, and go when it is mended', async () => {
  const { system } = await startWithDevices();
  await using _system = system;
  const path = '/v3/notifications/push/v1/providers/apns';
  await system.backend.put(path, { providerId: 'apns-1', bundleId: 'com.example.other' });
  const event = aMessage();
  await system.backend.post('/v3/events', event);
  const failing = await until(async () => {
    const { body } = await system.backend.get(path);
    return body.data.pushProviders[0].failing;
  }, 'the credential is failing');
  expect(failing.reason).toEqual(expect.any(String));
  const { body } = await system.backend.get(`/v3/events/${event.id}`);
  expect(body.data.counts).toMatchObject({ rejected: 0, token_dead: 0, pending: 1 });
  expect(await tokensOf(system)).toContain('tok_iphone');

  await system.backend.put(path, { providerId: 'apns-1', bundleId: 'com.example.chat' });
  expect(await system.done(event.id)).toMatchObject({ accepted: 3, rejected: 0, token_dead: 0 });
  await until(
    async () => (await system.backend.get(path)).body.data.pushProviders[0].failing === undefined,
    'it works',
  );
}, 60_000);

test('a sender serves the providers it is told to, and leaves the rest to others', async () => {
  const { system } = await startWithDevices({ senderEnv: { SENDER_PROVIDERS: 'fcm' } });
  await using _system = system;
  const event = aMessage();
  await system.backend.post('/v3/events', event);
  const counts = async () => (await system.backend.get(`/v3/events/${event.id}`)).body.data.counts;
  await until(async () => (await counts()).accepted === 1, 'FCM has it');
  expect(await counts()).toMatchObject({ planned: 3, accepted: 1, pending: 2 });
  await using _other = await startProcess('sender', { ...system.env, SENDER_PROVIDERS: 'apns,custom' });
  expect(await system.done(event.id)).toMatchObject({ accepted: 3 });
});

test.each(['firebase-admin'])('with FCM_TRANSPORT=%s and APNS_TRANSPORT=apn the same arrives', async (transport) => {
  const { system } = await startWithDevices({ env: { FCM_TRANSPORT: transport, APNS_TRANSPORT: 'apn' } });
  await using _system = system;
  const event = aMessage({ message: { id: '101', text: 'hi' } });
  await system.backend.post('/v3/events', event);
  expect(await system.done(event.id)).toMatchObject({ planned: 3, accepted: 3 });
  const { fcm, apns } = sent(system);
  expect(fcm[0]?.json).toMatchObject({ message: { token: 'tok_android', data: { ...MESSAGE, tag: '101' } } });
  expect(apns[0]?.json).toMatchObject({ ...MESSAGE, tag: '101' });
});
