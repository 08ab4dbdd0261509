import { describe, expect, test } from '@jest/globals';
import { apnsId, renderApns } from '../../src/apns/payload.ts';
import { aDevicePush, anApnsCredential, CALL, NOW } from '../support/device-push.ts';

const rendered = (...args: Parameters<typeof renderApns>) => {
  const notification = renderApns(...args);
  if (notification === undefined) throw new Error('too large');
  return { ...notification, body: JSON.parse(String(notification.body)) };
};

const CHAT_KEYS = {
  title: 'Alice',
  body: 'hi — grüß dich 👋',
  tag: '101',
  sender: 'alice',
  senderName: 'Alice',
  receiver: 'bob',
  receiverName: 'Bob',
  receiverType: 'user',
  conversationId: 'alice_user_bob',
  type: 'chat',
  sentAt: '1741847453000',
  unreadMessageCount: '3',
};

test('a chat message is an alert', () => {
  const custom = { screen: 'chat' };
  const message = { id: '101', data: { text: 'hi' } };
  const push = aDevicePush('apns_ios_device', {
    details: { custom, message, senderAvatar: 'https://a.example/1.png' },
  });
  const notification = rendered(push, anApnsCredential());
  expect(notification).toEqual({
    id: apnsId('dlv_1'),
    topic: 'com.example.chat',
    pushType: 'alert',
    priority: 10,
    expiration: (NOW + 3_600_000) / 1000,
    collapseId: 'message-101',
    body: {
      ...CHAT_KEYS,
      senderAvatar: 'https://a.example/1.png',
      message,
      custom,
      aps: { alert: { title: 'Alice', body: 'hi — grüß dich 👋' }, sound: 'ding.caf', badge: 3 },
    },
  });
  const order = 'title body tag sender senderName senderAvatar receiver receiverName receiverType conversationId type';
  expect(Object.keys(notification.body).join(' ')).toBe(`${order} sentAt unreadMessageCount message custom aps`);
});

test('the credential asks for content-available and mutable-content', () => {
  const credential = anApnsCredential({ includeContentAvailable: true, includeMutableContent: true });
  const { unreadMessageCount: _, ...details } = aDevicePush('apns_flutter_device').details;
  const { body } = rendered({ ...aDevicePush('apns_flutter_device'), details }, credential);
  expect(body.aps).toEqual({
    alert: { title: 'Alice', body: 'hi — grüß dich 👋' },
    sound: 'ding.caf',
    'content-available': 1,
    'mutable-content': 1,
  });
  expect(body).not.toHaveProperty('unreadMessageCount');
});

test('a call that rings on a device without VoIP token is an alert', () => {
  const { pushType, priority, body } = rendered(aDevicePush('apns_ios_device', { details: CALL }), anApnsCredential());
  expect({ pushType, priority, aps: body.aps }).toEqual({
    pushType: 'alert',
    priority: 10,
    aps: { alert: { title: 'Alice', body: 'AUDIO CALL' }, sound: 'ding.caf', badge: 3 },
  });
});

test.each(['cancelled', 'unanswered'] as const)('a call that was %s is an alert: it was missed', (callAction) => {
  const details = { ...CALL, body: 'Missed audio call', callAction };
  const { pushType, priority, body } = rendered(aDevicePush('apns_ios_device', { details }), anApnsCredential());
  expect({ pushType, priority, alert: body.aps.alert }).toEqual({
    pushType: 'alert',
    priority: 10,
    alert: { title: 'Alice', body: 'Missed audio call' },
  });
});

test.each(['ongoing', 'rejected', 'busy', 'ended'] as const)(
  'a call that is %s goes to a device in the background',
  (callAction) => {
    const push = aDevicePush('apns_ios_device', { details: { ...CALL, callAction }, collapseKey: 'call-call-7' });
    const credential = anApnsCredential({ includeMutableContent: true });
    expect(rendered(push, credential)).toEqual({
      id: apnsId('dlv_1'),
      topic: 'com.example.chat',
      pushType: 'background',
      priority: 5,
      expiration: (NOW + 3_600_000) / 1000,
      collapseId: 'call-call-7',
      body: { ...CHAT_KEYS, ...CALL, callAction, aps: { 'content-available': 1 } },
    });
  },
);

test('a VoIP token gets the dictionary of a VoIP push', () => {
  const push = aDevicePush('apns_ios_voip', { details: { ...CALL, custom: { room: 7 }, message: { id: '1' } } });
  expect(rendered(push, anApnsCredential({ includeContentAvailable: true }))).toEqual({
    id: apnsId('dlv_1'),
    topic: 'com.example.chat.voip',
    pushType: 'voip',
    priority: 10,
    expiration: (NOW + 60_000) / 1000,
    collapseId: undefined,
    body: {
      sender: 'alice',
      senderName: 'Alice',
      body: 'AUDIO CALL',
      callAction: 'initiated',
      receiver: 'bob',
      type: 'call',
      callType: 'audio',
      sessionId: 'v1.us.1',
      conversationId: 'alice_user_bob',
      sentAt: '1741847453000',
      custom: { room: 7 },
    },
  });
});

test.each(['apns_ios_device', 'apns_ios_voip'] as const)(
  'the conversation, custom JSON and all metadata reach %s',
  (platform) => {
    const custom = { metadata: { theme: 'dark' } };
    const message = {
      data: { metadata: { mood: 'good' }, entities: { sender: { entity: { metadata: { vip: true } } } } },
    };
    const { body } = rendered(aDevicePush(platform, { details: { custom, message } }), anApnsCredential());
    expect(body).toMatchObject({ conversationId: 'alice_user_bob', custom });
    if (platform === 'apns_ios_device') expect(body.message).toEqual(message);
  },
);

test("the unread count is a string at the root, as CometChat's iOS sample reads it, and a number in aps.badge", () => {
  const push = aDevicePush('apns_ios_device', { details: { unreadMessageCount: 12 } });
  const { body } = rendered(push, anApnsCredential());
  expect([body.unreadMessageCount, body.aps.badge]).toEqual(['12', 12]);
});

test('a silent push is a passive alert of priority 5, without sound', () => {
  const { pushType, priority, body } = rendered(
    aDevicePush('apns_ios_device', { sound: undefined }),
    anApnsCredential(),
  );
  expect({ pushType, priority, aps: body.aps }).toEqual({
    pushType: 'alert',
    priority: 5,
    aps: { alert: { title: 'Alice', body: 'hi — grüß dich 👋' }, 'interruption-level': 'passive', badge: 3 },
  });
});

test('a badge of 0 clears the badge', () => {
  const { body } = rendered(aDevicePush('apns_ios_device', { details: { unreadMessageCount: 0 } }), anApnsCredential());
  expect([body.aps.badge, body.unreadMessageCount]).toEqual([0, '0']);
});

test('the id is a UUID that depends only on the delivery', () => {
  expect(apnsId('dlv_1')).toBe(apnsId('dlv_1'));
  expect(apnsId('dlv_1')).not.toBe(apnsId('dlv_2'));
  expect(apnsId('dlv_1')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

describe('the collapse id', () => {
  const collapseIdOf = (collapseKey: string) =>
    renderApns(aDevicePush('apns_ios_device', { collapseKey }), anApnsCredential())?.collapseId;

  test.each(['message-101', 'a'.repeat(64)])('is the collapse key: %s', (key) => {
    expect(collapseIdOf(key)).toBe(key);
  });

  test.each(['a'.repeat(65), 'größe', 'a b', 'a\r\nx-evil: 1'])(
    'is a hash where a header cannot carry it: %j',
    (key) => {
      expect(collapseIdOf(key)).toMatch(/^[A-Za-z0-9_-]{43}$/);
    },
  );
});
