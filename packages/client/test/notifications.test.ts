import { expect, test } from '@jest/globals';
import {
  DayOfWeek,
  DaySchedule,
  DNDOptions,
  FanfareNotifications,
  MessagesOptions,
  MutedConversationType,
  MutePreferences,
  NotificationPreferences,
  PushPlatforms,
} from '../src/index.ts';
import { type Answer, startServer, type TestServer } from './test-server.ts';

const notificationsOf = ({ url }: TestServer) =>
  new FanfareNotifications({ url: `${url}/`, appId: 'app123', authToken: 'a-token' });

const sent = ({ requests }: TestServer) => requests.map(({ method, path, body }) => ({ method, path, body }));

const TOKENS = '/v3/notifications/push/v1/tokens';
const PREFERENCES = '/v3/notifications/v1/preferences';
const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;

test('a push token is registered with its platform, the device’s time zone and the session', async () => {
  await using server = await startServer();
  await notificationsOf(server).registerPushToken('tok', PushPlatforms.FCM_WEB, 'fcm-1');
  expect(sent(server)).toEqual([
    { method: 'POST', path: TOKENS, body: { providerId: 'fcm-1', timezone, fcmToken: 'tok', platform: 'fcm_web' } },
  ]);
  expect(server.requests[0]?.headers).toMatchObject({ appid: 'app123', authtoken: 'a-token' });
});

test.each([
  [PushPlatforms.FCM_REACT_NATIVE_IOS, 'fcmToken'],
  [PushPlatforms.APNS_IOS_DEVICE, 'deviceToken'],
  [PushPlatforms.APNS_FLUTTER_VOIP, 'voipToken'],
] as const)('a token of %s is sent as %s, to the default provider', async (platform, field) => {
  await using server = await startServer();
  await notificationsOf(server).registerPushToken('tok', platform);
  expect(server.requests[0]?.body).toEqual({ providerId: 'default', timezone, [field]: 'tok', platform });
});

const refusal = (message: string): Answer => ({ status: 400, body: { error: { code: 'ERR_BAD_REQUEST', message } } });

test('a time zone that the server does not know is left out; other refusals are errors', async () => {
  await using server = await startServer(refusal('timezone: must be an IANA name'), {}, refusal('fcmToken: is bad'));
  const register = () => notificationsOf(server).registerPushToken('tok', PushPlatforms.FCM_WEB);
  await register();
  const body = { providerId: 'default', fcmToken: 'tok', platform: 'fcm_web' };
  expect(server.requests.map((request) => request.body)).toEqual([{ ...body, timezone }, body]);
  await expect(register()).rejects.toMatchObject({ message: 'fcmToken: is bad' });
  expect(server.requests).toHaveLength(3);
});

test('the tokens of a session are dropped without a body, and listed', async () => {
  const tokens = [{ id: 'd1', pushToken: 'tok' }];
  await using server = await startServer({}, { body: { data: { pushTokens: tokens } } });
  const notifications = notificationsOf(server);
  await notifications.unregisterPushToken();
  expect(await notifications.getTokens()).toEqual(tokens);
  await notifications.getTokens({ all: true });
  expect(sent(server)).toEqual([
    { method: 'DELETE', path: TOKENS, body: undefined },
    { method: 'GET', path: TOKENS, body: undefined },
    { method: 'GET', path: `${TOKENS}?all=true`, body: undefined },
  ]);
});

const STORED = {
  groupPreferences: { groupMessages: 2, groupReplies: 4 },
  oneOnOnePreferences: { oneOnOneMessages: 2 },
  mutePreferences: { dnd: 1, schedule: { monday: { from: 900, to: 1800, dnd: false } } },
  usePrivacyTemplate: false,
};
const PREFERENCES_ANSWER: Answer = { body: { data: STORED } };

test('preferences are returned as a model', async () => {
  await using server = await startServer(PREFERENCES_ANSWER);
  const preferences = await notificationsOf(server).fetchPreferences();
  expect(preferences.groupPreferences.groupReplies).toBe(4);
  expect(preferences.mutePreferences.getDNDPreference()).toBe(DNDOptions.DISABLED);
  expect(preferences.mutePreferences.getSchedulePreference().get(DayOfWeek.MONDAY)?.to).toBe(1800);
  expect(sent(server)).toEqual([{ method: 'GET', path: PREFERENCES, body: undefined }]);
});

test('an update sends what was set in a model and nothing else', async () => {
  await using server = await startServer(PREFERENCES_ANSWER);
  const preferences = new NotificationPreferences();
  preferences.groupPreferences = { groupMessages: MessagesOptions.SUBSCRIBE_TO_MENTIONS };
  const mute = new MutePreferences();
  mute.setDNDPreference(DNDOptions.ENABLED);
  mute.setSchedulePreference(new Map([[DayOfWeek.FRIDAY, new DaySchedule(2015, 2345, false)]]));
  mute.setScheduleFor(DayOfWeek.SUNDAY, new DaySchedule(0, 2359, true));
  preferences.mutePreferences = mute;
  const merged = await notificationsOf(server).updatePreferences(preferences);
  expect(server.requests[0]?.body).toEqual({
    groupPreferences: { groupMessages: 3 },
    oneOnOnePreferences: {},
    mutePreferences: {
      dnd: 2,
      schedule: { friday: { from: 2015, to: 2345, dnd: false }, sunday: { from: 0, to: 2359, dnd: true } },
    },
  });
  expect(merged).toEqual(new NotificationPreferences(STORED as NotificationPreferences));
});

test('an update may be plain data; a reset returns the effective preferences', async () => {
  await using server = await startServer(PREFERENCES_ANSWER);
  const notifications = notificationsOf(server);
  await notifications.updatePreferences({ usePrivacyTemplate: true });
  expect((await notifications.resetPreferences()).usePrivacyTemplate).toBe(false);
  expect(sent(server)).toEqual([
    { method: 'PATCH', path: PREFERENCES, body: { usePrivacyTemplate: true } },
    { method: 'DELETE', path: PREFERENCES, body: undefined },
  ]);
});

test('changing a fetched model does not change a copy of it', () => {
  const first = new NotificationPreferences(STORED as NotificationPreferences);
  const second = new NotificationPreferences(first);
  second.mutePreferences.setScheduleFor(DayOfWeek.MONDAY, new DaySchedule(0, 1, true));
  second.groupPreferences.groupMessages = MessagesOptions.DONT_SUBSCRIBE;
  expect(first).toEqual(new NotificationPreferences(STORED as NotificationPreferences));
});

test('conversations are muted, listed and unmuted', async () => {
  const muted = [{ id: 'hiking', type: MutedConversationType.GROUP, until: 1_999_999_999_000 }];
  await using server = await startServer({}, { body: { data: { mutedConversations: muted } } }, {});
  const notifications = notificationsOf(server);
  await notifications.muteConversations(muted);
  expect(await notifications.getMutedConversations()).toEqual(muted);
  await notifications.unmuteConversations([{ id: 'hiking', type: MutedConversationType.GROUP }]);
  const path = `${PREFERENCES}/mute`;
  expect(sent(server)).toEqual([
    { method: 'PUT', path, body: { conversations: muted } },
    { method: 'GET', path, body: undefined },
    { method: 'DELETE', path, body: { conversations: [{ id: 'hiking', type: 'group' }] } },
  ]);
});

test('the time zone is set and read; a message is marked as read', async () => {
  const data = { success: true, timezone: 'Asia/Tokyo', unreadMessageCount: 4 };
  await using server = await startServer({ body: { data } });
  const notifications = notificationsOf(server);
  await notifications.updateTimezone('Asia/Tokyo');
  expect(await notifications.getTimezone()).toBe('Asia/Tokyo');
  expect(await notifications.markRead('m/1')).toBe(4);
  expect(sent(server)).toEqual([
    { method: 'PATCH', path: `${PREFERENCES}/timezone`, body: { timezone: 'Asia/Tokyo' } },
    { method: 'GET', path: `${PREFERENCES}/timezone`, body: undefined },
    { method: 'POST', path: '/v3/messages/m%2F1/read', body: undefined },
  ]);
});

test('an auth token function is called before every call', async () => {
  await using server = await startServer();
  let logins = 0;
  const authToken = async () => `token-${++logins}`;
  const notifications = new FanfareNotifications({ url: server.url, appId: 'app123', authToken });
  await notifications.unregisterPushToken();
  await notifications.unregisterPushToken();
  expect(server.requests.map(({ headers }) => headers.authtoken)).toEqual(['token-1', 'token-2']);
});
