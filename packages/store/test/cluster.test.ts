import { connectRedis } from '@fanfare/redis';
import { startTestCluster } from '@fanfare/testkit';
import { afterAll, expect, test } from '@jest/globals';
import {
  addMembers,
  blockedAmong,
  blockUsers,
  changePreferences,
  changeSettings,
  clearUnread,
  countUnread,
  createApp,
  deleteUser,
  listMutes,
  listUsers,
  muteConversations,
  readPeople,
  readRecipients,
  recordPresence,
  registerDevice,
  replaceMembers,
  subscribeToThread,
  unmuteConversations,
  unsubscribeFromThread,
} from '../src/index.ts';
import { createUsers, stream, uidsOf } from './private-redis.ts';

const cluster = await startTestCluster();
const redis = await connectRedis(cluster.url, 'worker', () => {});

afterAll(async () => {
  redis.disconnect();
  await cluster[Symbol.asyncDispose]();
});

const MUTES = [
  { id: 'carol', type: 'oneOnOne' as const, until: 5 },
  { id: 'hiking', type: 'group' as const, until: null },
];
const TARGETS = uidsOf(10).map((uid) => ({ uid, deviceId: 'device-1' }));
const PHONE = { token: 'token-1', platform: 'fcm_android' as const, providerId: 'default' };

test('a cluster refuses commands on two slots', async () => {
  await expect(redis.eval('return 1', 2, 'unread:{demo:bob}', 'unread:{demo:carol}')).rejects.toThrow('CROSSSLOT');
});

test.each<[what: string, act: () => Promise<unknown>]>([
  ['an app', () => createApp(redis, { appId: 'demo', name: 'Demo', region: 'us', pushEnabled: true, createdAt: 1 })],
  ['settings', () => changeSettings(redis, 'demo', { badge: true })],
  ['preferences', () => changePreferences(redis, 'demo', 'bob', { usePrivacyTemplate: true }, 1)],
  ['a device', () => registerDevice(redis, 'demo', 'bob', PHONE, 1)],
  ['mutes', () => muteConversations(redis, 'demo', 'bob', MUTES, 1)],
  ['the end of mutes', () => listMutes(redis, 'demo', 'bob', 6)],
  ['unmuting', () => unmuteConversations(redis, 'demo', 'bob', MUTES)],
  ['users', () => createUsers(redis, 'demo', ['bob', 'carol'], 1)],
  [
    'many users',
    () =>
      createUsers(
        redis,
        'demo',
        Array.from({ length: 50 }, (_, i) => `bob-${i}`),
        1,
      ),
  ],
  ['a thread', () => subscribeToThread(redis, 'demo', '101', ['bob', 'carol'], 1)],
  ['the end of a subscription', () => unsubscribeFromThread(redis, 'demo', '101', 'bob', 2)],
  ['presence', () => recordPresence(redis, 'demo', 'bob', { status: 'online', at: 1 }, 2)],
  ['counting', () => countUnread(redis, 'demo', { conversationId: 'c', eventKey: 'e' }, ['bob', 'carol'])],
  ['reading', () => clearUnread(redis, 'demo', 'bob', { conversationId: 'c', eventKey: 'e2' })],
  ['a block', () => blockUsers(redis, 'demo', 'bob', ['carol', 'dave'])],
  ['who is blocked', () => blockedAmong(redis, 'demo', 'bob', ['carol', 'erin'])],
  ['members', () => addMembers(redis, 'demo', 'hiking', ['bob', 'carol'], 1)],
  ['a bulk load of members', () => replaceMembers(redis, 'demo', 'hiking', stream(uidsOf(10)))],
  ['recipients', () => readRecipients(redis, 'demo', uidsOf(10), MUTES[0])],
  ['the targets of deliveries', () => readPeople(redis, 'demo', TARGETS, ['bob', 'carol'])],
  ['a token that moves', () => registerDevice(redis, 'demo', 'carol', PHONE, 2)],
  ['erasing', () => deleteUser(redis, 'demo', 'bob')],
])('%s touches one slot at a time', async (_what, act) => {
  await act();
});

test('the users of an app are listed over all primaries', async () => {
  await createUsers(redis, 'listed', uidsOf(40), 1);
  const listed: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listUsers(redis, 'listed', { cursor, limit: 7 });
    listed.push(...page.users.map(({ uid }) => uid));
    cursor = page.cursor;
  } while (cursor !== undefined);
  expect([listed.length, new Set(listed)]).toEqual([40, new Set(uidsOf(40))]);
});
