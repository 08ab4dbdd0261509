import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { ANDROID, addPushProviders, IPHONE, logIn, register, tokensOf, VOIP, WEB } from '../support/devices.ts';
import { aCall, aMessage } from '../support/events.ts';
import { startProcess } from '../support/process.ts';
import { type System, startSystem } from '../support/system.ts';

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

/** The apns-* headers of a push. */
const apnsHeaders = (headers: object | undefined) =>
  Object.fromEntries(Object.entries(headers ?? {}).filter(([name]) => name.startsWith('apns-')));

/** Provider times come as "86399s", "86399" or epoch seconds. */
function expectBetween(text: unknown, above: number, atMost: number): void {
  expect(text).toMatch(/^\d+s?$/);
  const seconds = Number.parseInt(String(text), 10);
  expect(seconds).toBeGreaterThan(above);
  expect(seconds).toBeLessThanOrEqual(atMost);
}

const UUID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
/** A provider holds a message for a day. */
const DAY_S = 86_400;

test('a message to three devices and a webhook is four deliveries, each with its whole payload', async () => {
  const { system } = await startWithDevices();
  await using _system = system;
  await register(system, await logIn(system), WEB);
  const event = aMessage({ message: { id: '101', text: 'hi' } });
  const postedS = Math.floor(Date.now() / 1000);
  await system.backend.post('/v3/events', event);
  expect(await system.done(event.id)).toMatchObject({ audience: 1, planned: 4, accepted: 4 });
  const doneS = Math.ceil(Date.now() / 1000);
  const { fcm, apns } = sent(system);
  const data = { ...MESSAGE, tag: '101' };

  expect(fcm.map((push) => push.token).sort()).toEqual(['tok_android', 'tok_web']);
  // biome-ignore lint/suspicious/noExplicitAny: what came is compared as a whole.
  const byToken = Object.fromEntries(fcm.map((push) => [push.token, push.json as any]));
  expect(byToken.tok_android).toEqual({
    message: { token: 'tok_android', data, android: { priority: 'HIGH', ttl: expect.any(String) } },
  });
  expectBetween(byToken.tok_android.message.android.ttl, 86_000, DAY_S);
  expect(byToken.tok_web).toEqual({
    message: {
      token: 'tok_web',
      data,
      webpush: { headers: { TTL: expect.any(String), Urgency: 'high', Topic: 'message-101' } },
    },
  });
  expectBetween(byToken.tok_web.message.webpush.headers.TTL, 86_000, DAY_S);

  expect(apns.map((push) => [push.token, push.json])).toEqual([
    ['tok_iphone', { aps: { alert: { title: 'Alice', body: 'hi' }, sound: 'default' }, ...data }],
  ]);
  const headers = apnsHeaders(apns[0]?.headers);
  expect(headers).toEqual({
    'apns-id': UUID,
    'apns-topic': 'com.example.chat',
    'apns-push-type': 'alert',
    'apns-priority': '10',
    'apns-collapse-id': 'message-101',
    'apns-expiration': expect.any(String),
  });
  expectBetween(headers['apns-expiration'], postedS + DAY_S - 1, doneS + DAY_S);

  expect(system.hook.requests().map((request) => request.body)).toEqual([
    '{"trigger":"push-notification-payload-generated","data":{"to":{"uid":"bob"},"notificationDetails":{' +
      '"title":"Alice","body":"hi","sender":"alice","senderName":"Alice","receiver":"bob","receiverName":"Bob",' +
      '"receiverType":"user","tag":"101","conversationId":"alice_user_bob","type":"chat","sentAt":"1741847453000"}},' +
      '"appId":"app123","region":"us","webhook":"custom"}',
  ]);
});

test('a call goes by VoIP and as FCM data at high priority, and to no one by alert', async () => {
  const { system } = await startWithDevices();
  await using _system = system;
  const call = aCall({ call: { id: '120', sessionId: 'v1.us.1', type: 'audio' } });
  await system.backend.post('/v3/events', call);
  expect(await system.done(call.id)).toMatchObject({ planned: 3, accepted: 3 });
  const { fcm, apns } = sent(system);
  expect(apns.map((push) => [push.token, push.json])).toEqual([
    [
      'tok_voip',
      {
        sender: 'alice',
        senderName: 'Alice',
        body: 'AUDIO CALL',
        callAction: 'initiated',
        receiver: 'bob',
        type: 'call',
        callType: 'audio',
        sessionId: 'v1.us.1',
        conversationId: 'alice_user_bob',
        sentAt: String(call.sentAt),
      },
    ],
  ]);
  expect(apnsHeaders(apns[0]?.headers)).toEqual({
    'apns-id': UUID,
    'apns-topic': 'com.example.chat.voip',
    'apns-push-type': 'voip',
    'apns-priority': '10',
    'apns-expiration': String(Math.floor((call.sentAt + 30_000) / 1000)),
  });

  // biome-ignore lint/suspicious/noExplicitAny: what came is compared as a whole.
  const pushes = fcm.map((push) => push.json as any);
  expect(pushes).toEqual([
    {
      message: {
        token: 'tok_android',
        data: {
          ...MESSAGE,
          body: 'AUDIO CALL',
          tag: '120',
          type: 'call',
          callAction: 'initiated',
          sessionId: 'v1.us.1',
          callType: 'audio',
          sentAt: String(call.sentAt),
        },
        android: { priority: 'HIGH', ttl: expect.any(String) },
      },
    },
  ]);
  expectBetween(pushes[0].message.android.ttl, 0, 30);
});

test('edits and deletes reuse the tag of the message', async () => {
  const { system } = await startWithDevices();
  await using _system = system;
  await register(system, await logIn(system), WEB);
  for (const type of ['message.sent', 'message.edited', 'message.deleted']) {
    const event = aMessage({ type, message: { id: '101', text: 'hi' } });
    await system.backend.post('/v3/events', event);
    await system.done(event.id);
  }
  const { fcm, apns } = sent(system);
  const three = ['101', '101', '101'];
  const keys = three.map((tag) => `message-${tag}`);
  expect(apns.map((push) => push.headers['apns-collapse-id'])).toEqual(keys);
  expect(apns.map((push) => (push.json as { tag: string }).tag)).toEqual(three);
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what came, whatever it is.
  const to = (token: string) => fcm.filter((push) => push.token === token).map((push) => (push.json as any).message);
  expect(to('tok_android').map((message) => message.data.tag)).toEqual(three);
  expect(to('tok_web').map((message) => message.data.tag)).toEqual(three);
  expect(to('tok_web').map((message) => message.webpush.headers.Topic)).toEqual(keys);
});

test('edits and deletes replace the message in silence, on every wire', async () => {
  await using system = await startSystem();
  const shown = { chat: true, call: true };
  await addPushProviders(system, { android: shown, ios: shown, web: shown });
  for (const token of [ANDROID, IPHONE, WEB]) await register(system, await logIn(system), token);
  for (const type of ['message.sent', 'message.edited', 'message.deleted']) {
    const event = aMessage({ type, message: { id: '101', text: 'hi' } });
    await system.backend.post('/v3/events', event);
    await system.done(event.id);
  }
  const { fcm, apns } = sent(system);
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what came, whatever it is.
  const aps = apns.map(({ headers, json }) => ({ priority: headers['apns-priority'], ...(json as any).aps }));
  expect(aps).toEqual([
    { priority: '10', alert: { title: 'Alice', body: 'hi' }, sound: 'default' },
    ...['hi', 'This message was deleted'].map((body) => ({
      priority: '5',
      alert: { title: 'Alice', body },
      'interruption-level': 'passive',
    })),
  ]);
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what came, whatever it is.
  const to = (token: string) => fcm.filter((push) => push.token === token).map((push) => (push.json as any).message);
  expect(to('tok_android').map(({ android }) => [android.priority, android.notification.sound])).toEqual([
    ['HIGH', 'default'],
    ['NORMAL', undefined],
    ['NORMAL', undefined],
  ]);
  expect(to('tok_web').map(({ webpush }) => [webpush.headers.Urgency, webpush.notification.silent])).toEqual([
    ['high', undefined],
    ['normal', true],
    ['normal', true],
  ]);
});

test('a message and a reaction of the same id replace each other on no device', async () => {
  await using system = await startSystem();
  const shown = { chat: true, call: true };
  await addPushProviders(system, { android: shown, ios: shown, web: shown });
  for (const token of [ANDROID, IPHONE, WEB]) await register(system, await logIn(system), token);
  const message = aMessage({ message: { id: '58', text: 'hi' } });
  const reaction = { id: '58', reaction: '😎', messageId: '57', messageSender: 'bob' };
  const reacted = { ...aMessage({ type: 'reaction.added', message: undefined }), reaction };
  for (const event of [message, reacted]) {
    await system.backend.post('/v3/events', event);
    await system.done(event.id);
  }
  const { fcm, apns } = sent(system);
  const two = ['message-58', 'reaction-58'];
  expect(apns.map((push) => push.headers['apns-collapse-id'])).toEqual(two);
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what came, whatever it is.
  const to = (token: string) => fcm.filter((push) => push.token === token).map((push) => (push.json as any).message);
  expect(to('tok_web').map(({ webpush }) => [webpush.headers.Topic, webpush.notification.tag])).toEqual(
    two.map((key) => [key, key]),
  );
  expect(to('tok_android').map(({ android }) => android.notification.tag)).toEqual(two);
  expect(to('tok_android').map(({ data }) => data.tag)).toEqual(['58', '58']);
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

test('an iPhone that Apple calls unregistered leaves the devices, and comes back when it registers again', async () => {
  const { system, iphone } = await startWithDevices();
  await using _system = system;
  const gone = { ...IPHONE, deviceToken: 'tok_unregistered_iphone' };
  await register(system, iphone, gone);
  expect(await tokensOf(system)).toEqual(['tok_android', 'tok_unregistered_iphone', 'tok_voip']);
  const event = aMessage();
  await system.backend.post('/v3/events', event);
  expect(await system.done(event.id)).toMatchObject({ planned: 3, accepted: 2, token_dead: 1, rejected: 0 });
  expect(sent(system).apns.map((push) => [push.token, push.answered])).toEqual([['tok_unregistered_iphone', 410]]);
  expect(await tokensOf(system)).toEqual(['tok_android', 'tok_voip']);
  const next = aMessage();
  await system.backend.post('/v3/events', next);
  expect(await system.done(next.id)).toMatchObject({ planned: 2, accepted: 2 });

  await register(system, iphone, gone);
  expect(await tokensOf(system)).toEqual(['tok_android', 'tok_unregistered_iphone', 'tok_voip']);
  await register(system, iphone, IPHONE);
  expect(await tokensOf(system)).toEqual(['tok_android', 'tok_iphone', 'tok_voip']);
  const last = aMessage();
  await system.backend.post('/v3/events', last);
  expect(await system.done(last.id)).toMatchObject({ planned: 3, accepted: 3 });
  expect(sent(system).apns.map((push) => push.token)).toEqual(['tok_unregistered_iphone', 'tok_iphone']);
}, 60_000);

test('a token that may be refused for a wrong credential ends its delivery and stays', async () => {
  const { system, android, iphone } = await startWithDevices();
  await using _system = system;
  await register(system, android, { ...ANDROID, fcmToken: 'tok_mismatch_android' });
  await register(system, iphone, { ...IPHONE, deviceToken: 'tok_bad_iphone' });
  const event = aMessage();
  await system.backend.post('/v3/events', event);
  expect(await system.done(event.id)).toMatchObject({ planned: 3, accepted: 1, token_dead: 2 });
  expect(await tokensOf(system)).toEqual(['tok_bad_iphone', 'tok_mismatch_android', 'tok_voip']);
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
  const counts = async () => (await system.backend.get(`/v3/events/${event.id}`)).body.data.counts;
  await until(async () => (await counts()).accepted === 2, 'the other devices have it');
  expect(await counts()).toMatchObject({ planned: 3, accepted: 2, rejected: 0, token_dead: 0, pending: 1 });
  expect(await tokensOf(system)).toContain('tok_iphone');
  const held = async () => (await system.redis.redis.hvals('{p0}:held')).map(Number);
  await until(async () => (await held()).includes(1), 'it is held');
  const trace = await system.backend.get(`/v3/events/${event.id}/recipients/bob`);
  expect(trace.body.data.targets).toContainEqual(expect.objectContaining({ provider: 'apns', state: 'held' }));
  expect((await system.backend.get('/v3/dead-letters')).body.data).toEqual([]);

  await system.backend.put(path, { providerId: 'apns-1', bundleId: 'com.example.chat' });
  expect(await system.done(event.id)).toMatchObject({ accepted: 3, rejected: 0, token_dead: 0 });
  await until(
    async () => (await system.backend.get(path)).body.data.pushProviders[0].failing === undefined,
    'it works',
  );
  expect((await system.backend.get('/v3/dead-letters')).body.data).toEqual([]);
  expect(sent(system).apns.at(-1)).toMatchObject({ token: 'tok_iphone', answered: 200 });
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
