import type { DevicePush, FcmCredential, Platform } from '@fanfare/core';
import { describe, expect, test } from '@jest/globals';
import { renderFcm, wireMessage } from '../../src/fcm/message.ts';
import { aDevicePush, anFcmCredential, CALL, NOW, SHOWN } from '../support/device-push.ts';
import { fcmAt, startFcm } from '../support/fcm.ts';

const DATA_ONLY = anFcmCredential('https://oauth2.googleapis.com/token');
const OFF = DATA_ONLY.notificationInPayload;
const NOTIFYING: FcmCredential = { ...DATA_ONLY, notificationInPayload: SHOWN };

const onTheWire = (push: DevicePush, credential: FcmCredential) => {
  const message = renderFcm(push, credential, NOW);
  if (message === undefined) throw new Error('too large');
  return JSON.parse(wireMessage(message));
};

const CHAT_DATA = {
  title: 'Alice',
  body: 'hi — grüß dich 👋',
  sender: 'alice',
  senderName: 'Alice',
  receiver: 'bob',
  receiverName: 'Bob',
  receiverType: 'user',
  tag: '101',
  conversationId: 'alice_user_bob',
  type: 'chat',
  sentAt: '1741847453000',
  unreadMessageCount: '3',
};
const CALL_DATA = {
  ...CHAT_DATA,
  body: 'AUDIO CALL',
  tag: 'call-7',
  type: 'call',
  callAction: 'initiated',
  sessionId: 'v1.us.1',
  callType: 'audio',
};
const NOTIFICATION = { title: 'Alice', body: 'hi — grüß dich 👋' };
const EXPIRATION = String((NOW + 3_600_000) / 1000);

describe('a call state with nothing to show', () => {
  test.each(['ongoing', 'rejected', 'busy', 'ended'] as const)('shows nothing when it is %s', (callAction) => {
    for (const platform of ['fcm_android', 'fcm_web', 'fcm_ios'] as const) {
      const push = aDevicePush(platform, { details: { ...CALL, callAction } });
      expect(onTheWire(push, NOTIFYING)).toEqual(onTheWire(push, DATA_ONLY));
    }
  });

  test.each(['initiated', 'cancelled', 'unanswered'] as const)('is not the one that is %s', (callAction) => {
    const { message } = onTheWire(aDevicePush('fcm_android', { details: { ...CALL, callAction } }), NOTIFYING);
    expect(message.notification).toEqual({ title: 'Alice', body: 'AUDIO CALL' });
  });
});

describe('data only', () => {
  test.each(['fcm_android', 'fcm_flutter_android', 'fcm_react_native_android'] as const)('%s', (platform) => {
    expect(onTheWire(aDevicePush(platform), DATA_ONLY)).toEqual({
      message: { token: 'f00dcafe', data: CHAT_DATA, android: { priority: 'HIGH', ttl: '3600s' } },
    });
  });

  test('fcm_web', () => {
    expect(onTheWire(aDevicePush('fcm_web'), DATA_ONLY)).toEqual({
      message: {
        token: 'f00dcafe',
        data: CHAT_DATA,
        webpush: { headers: { TTL: '3600', Urgency: 'high', Topic: 'message-101' } },
      },
    });
  });

  test.each(['fcm_ios', 'fcm_ionic_cordova_ios'] as const)('%s', (platform) => {
    expect(onTheWire(aDevicePush(platform), DATA_ONLY)).toEqual({
      message: {
        token: 'f00dcafe',
        data: CHAT_DATA,
        apns: {
          headers: {
            'apns-push-type': 'background',
            'apns-priority': '5',
            'apns-expiration': EXPIRATION,
            'apns-collapse-id': 'message-101',
          },
          payload: { aps: { 'content-available': 1 } },
        },
      },
    });
  });

  test('a call, which has the rest of its time', () => {
    const push = aDevicePush('fcm_android', { details: CALL, holdUntil: NOW + 12_999 });
    expect(onTheWire(push, DATA_ONLY)).toEqual({
      message: { token: 'f00dcafe', data: CALL_DATA, android: { priority: 'HIGH', ttl: '12s' } },
    });
    expect(onTheWire({ ...push, holdUntil: NOW - 1 }, DATA_ONLY).message.android.ttl).toBe('0s');
  });

  test('objects are sent as JSON, and pictures unchanged', () => {
    const details = {
      message: { id: '101', n: 1 },
      custom: { screen: 'chat' },
      senderAvatar: 'https://a.example/1.png',
    };
    expect(onTheWire(aDevicePush('fcm_android', { details }), DATA_ONLY).message.data).toEqual({
      ...CHAT_DATA,
      senderAvatar: 'https://a.example/1.png',
      message: '{"id":"101","n":1}',
      custom: '{"screen":"chat"}',
    });
  });
});

describe('a silent push', () => {
  const silent = (platform: Platform, credential: FcmCredential) =>
    onTheWire(aDevicePush(platform, { sound: undefined }), credential).message;

  test('is of normal priority on Android, without sound', () => {
    expect(silent('fcm_android', DATA_ONLY).android).toEqual({ priority: 'NORMAL', ttl: '3600s' });
    const { android } = silent('fcm_android', NOTIFYING);
    expect(android).toEqual({ priority: 'NORMAL', ttl: '3600s', notification: { tag: 'message-101' } });
  });

  test('is passive and of priority 5 on iOS, without sound', () => {
    const { headers, payload } = silent('fcm_ios', NOTIFYING).apns;
    expect(headers).toMatchObject({ 'apns-push-type': 'alert', 'apns-priority': '5' });
    expect(payload).toEqual({ aps: { 'interruption-level': 'passive', badge: 3 } });
    expect(silent('fcm_ios', DATA_ONLY)).toEqual(onTheWire(aDevicePush('fcm_ios'), DATA_ONLY).message);
  });

  test('is silent and of normal urgency on the web', () => {
    const { headers, notification } = silent('fcm_web', NOTIFYING).webpush;
    expect(headers.Urgency).toBe('normal');
    expect(notification).toMatchObject({ tag: 'message-101', silent: true });
  });
});

describe('with a notification', () => {
  test('android', () => {
    expect(onTheWire(aDevicePush('fcm_android'), NOTIFYING)).toEqual({
      message: {
        token: 'f00dcafe',
        data: CHAT_DATA,
        notification: NOTIFICATION,
        android: { priority: 'HIGH', ttl: '3600s', notification: { sound: 'ding.caf', tag: 'message-101' } },
      },
    });
  });

  test('web', () => {
    const push = aDevicePush('fcm_web', { details: { senderAvatar: 'https://a.example/1.png' } });
    expect(onTheWire(push, NOTIFYING)).toEqual({
      message: {
        token: 'f00dcafe',
        data: { ...CHAT_DATA, senderAvatar: 'https://a.example/1.png' },
        notification: NOTIFICATION,
        webpush: {
          headers: { TTL: '3600', Urgency: 'high', Topic: 'message-101' },
          notification: { tag: 'message-101', icon: 'https://a.example/1.png' },
        },
      },
    });
  });

  test('ios', () => {
    expect(onTheWire(aDevicePush('fcm_ios'), NOTIFYING)).toEqual({
      message: {
        token: 'f00dcafe',
        data: CHAT_DATA,
        notification: NOTIFICATION,
        apns: {
          headers: {
            'apns-push-type': 'alert',
            'apns-priority': '10',
            'apns-expiration': EXPIRATION,
            'apns-collapse-id': 'message-101',
          },
          payload: { aps: { sound: 'ding.caf', badge: 3 } },
        },
      },
    });
  });

  test('ios: a badge of 0 clears the badge', () => {
    const { message } = onTheWire(aDevicePush('fcm_ios', { details: { unreadMessageCount: 0 } }), NOTIFYING);
    expect([message.apns.payload.aps.badge, message.data.unreadMessageCount]).toEqual([0, '0']);
  });

  test('the six switches are independent', () => {
    const platforms = { android: 'fcm_android', ios: 'fcm_ios', web: 'fcm_web' } as const;
    for (const os of ['android', 'ios', 'web'] as const) {
      for (const type of ['chat', 'call'] as const) {
        const off = DATA_ONLY.notificationInPayload;
        const notificationInPayload = { ...off, [os]: { ...off[os], [type]: true } };
        const shown = Object.values(platforms).flatMap((platform: Platform) =>
          (['chat', 'call'] as const)
            .filter(
              (kind) =>
                'notification' in
                onTheWire(aDevicePush(platform, { details: kind === 'call' ? CALL : {} }), {
                  ...DATA_ONLY,
                  notificationInPayload,
                }).message,
            )
            .map((kind) => `${platform} ${kind}`),
        );
        expect(shown).toEqual([`${platforms[os]} ${type}`]);
      }
    }
  });
});

test.each(['a'.repeat(33), 'größe', 'a.b'])('a collapse key that is no web push topic is hashed: %s', (collapseKey) => {
  const { webpush } = onTheWire(aDevicePush('fcm_web', { collapseKey }), DATA_ONLY).message;
  expect(webpush.headers.Topic).toMatch(/^[A-Za-z0-9_-]{32}$/);
});

test('no data key is reserved by FCM', () => {
  const details = { ...CALL, message: {}, custom: {}, senderAvatar: 'a', receiverAvatar: 'b' };
  const keys = Object.keys(onTheWire(aDevicePush('fcm_android', { details }), DATA_ONLY).message.data);
  expect(keys).toHaveLength(19);
  expect(keys.filter((key) => /^(from|to|message_type|collapse_key|notification)$|^(google|gcm)/i.test(key))).toEqual(
    [],
  );
});

test.each(['http2', 'firebase-admin'] as const)('a dry run asks FCM only to check, through %s', async (transport) => {
  await using server = await startFcm();
  await using fcm = fcmAt(server, { transport });
  const push = { ...aDevicePush('fcm_android'), isDryRun: true };
  expect(await fcm.send(push, anFcmCredential(server.tokenUri))).toMatchObject({ kind: 'accepted' });
  expect(JSON.parse(server.sends[0]?.body ?? '')).toMatchObject({ validate_only: true });
});

describe('firebase-admin puts the same JSON on the wire as we do', () => {
  const details = { ...CALL, custom: { a: [1, 'ü'] }, senderAvatar: 'https://a.example/1.png' };
  const cases = (['fcm_android', 'fcm_web', 'fcm_ios'] as const).flatMap((platform) =>
    [OFF, SHOWN].flatMap((notificationInPayload) =>
      [{}, details].map((changes) => ({ platform, notificationInPayload, changes })),
    ),
  );

  test.each(cases)('%j', async ({ platform, notificationInPayload, changes }) => {
    const bodies = [];
    for (const transport of ['http2', 'firebase-admin'] as const) {
      await using server = await startFcm();
      await using fcm = fcmAt(server, { transport });
      const credential = anFcmCredential(server.tokenUri, { notificationInPayload });
      await fcm.send(aDevicePush(platform, { details: changes }), credential);
      const body = JSON.parse(server.sends[0]?.body ?? '');
      bodies.push('validate_only' in body ? { message: body.message } : body);
    }
    expect(bodies[0]).toEqual(bodies[1]);
  });
});
