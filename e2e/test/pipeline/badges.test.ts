import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { ANDROID, addPushProviders, IPHONE, logIn, register } from '../support/devices.ts';
import { aGroupMessage, aMessage, uids } from '../support/events.ts';
import { startProcess } from '../support/process.ts';
import { mute, received, set, tell } from '../support/received.ts';
import { type System, startSystem } from '../support/system.ts';

const inGroup = async (system: System, guid: string, members: string[]) => {
  await system.backend.put(`/v3/groups/${guid}`, {});
  await system.backend.loadMembers(guid, members);
};

/** The count that each person's latest notification came with. */
const badges = (system: System) =>
  Object.fromEntries(received(system).map(({ uid, details }) => [uid, details.unreadMessageCount]));

const toBob = () => aMessage();
const react = () => aMessage({ type: 'reaction.added', message: undefined, reaction: REACTION });
const REACTION = { id: 'r-1', reaction: '😎', messageId: 'm', messageSender: 'bob' };

test('is off by default, and not in any payload', async () => {
  await using system = await startSystem();
  await tell(system, toBob());
  expect(received(system)[0]?.details).not.toHaveProperty('unreadMessageCount');
  await set(system, { badge: true });
  await tell(system, toBob());
  expect(badges(system)).toEqual({ bob: 1 });
});

test('counts the new messages of all conversations, of each person their own, and nothing but messages', async () => {
  await using system = await startSystem();
  await set(system, { badge: true });
  await inGroup(system, 'hiking', ['alice', 'bob', 'carol']);
  await tell(system, toBob());
  await tell(system, aGroupMessage('hiking'));
  await tell(system, aGroupMessage('hiking', { sender: { uid: 'carol' } }));
  expect(badges(system)).toEqual({ bob: 3, carol: 1, alice: 1 });
  const last = toBob();
  await tell(system, last);
  await tell(system, { ...last, id: 'edited', type: 'message.edited' } as { id: string });
  await tell(system, react());
  const shown = received(system).filter(({ uid }) => uid === 'bob');
  expect(shown.map(({ details }) => details.unreadMessageCount)).toEqual([1, 2, 3, 4, 4, 4]);
});

test('a user who muted a conversation has its messages unread all the same', async () => {
  await using system = await startSystem();
  await set(system, { badge: true });
  await inGroup(system, 'hiking', ['alice', 'bob', 'carol']);
  await mute(system, 'bob', { id: 'hiking', type: 'group' });
  expect(await tell(system, aGroupMessage('hiking'))).toMatchObject({ suppressed: { MUTE_PREFERENCE: 1 } });
  await tell(system, toBob());
  expect(badges(system)).toEqual({ carol: 1, bob: 2 });
});

test('is cleared by conversation: by the event, and by the message that was read', async () => {
  await using system = await startSystem();
  await set(system, { badge: true });
  await inGroup(system, 'hiking', ['alice', 'bob']);
  const messages = [toBob(), toBob(), aGroupMessage('hiking')];
  for (const message of messages) await tell(system, message);
  expect(badges(system)).toEqual({ bob: 3 });
  const { id } = (messages[0] as ReturnType<typeof aMessage>).message;
  await tell(system, {
    id: 'read-1',
    type: 'message.read',
    sentAt: Date.now(),
    sender: { uid: 'bob' },
    conversation: { type: 'user', id: 'alice' },
    message: { id },
  } as { id: string });
  await tell(system, toBob());
  expect(badges(system)).toEqual({ bob: 2 });
  const group = (messages[2] as ReturnType<typeof aMessage>).message.id;
  const { body } = await system.backend.post(`/v3/messages/${group}/read?uid=bob`, undefined);
  expect(body.data.unreadMessageCount).toBe(1);
  await tell(system, toBob());
  expect(badges(system)).toEqual({ bob: 2 });
});

test('is a number in JSON, a text in FCM data, and the badge of an iPhone', async () => {
  await using system = await startSystem();
  await set(system, { badge: true });
  await addPushProviders(system);
  const login = await logIn(system);
  await register(system, login, ANDROID, IPHONE);
  await tell(system, toBob());
  expect(badges(system)).toEqual({ bob: 1 });
  expect(system.hooks.fcm.requests()[0]?.json).toMatchObject({ message: { data: { unreadMessageCount: '1' } } });
  expect(system.hooks.apns.requests()[0]?.json).toMatchObject({ aps: { badge: 1 }, unreadMessageCount: '1' });
});

test('counts a message once, though fan-out is killed in the middle and goes on', async () => {
  await using system = await startSystem({ apps: ['sender'] });
  await set(system, { badge: true });
  const members = uids(600);
  await inGroup(system, 'large', members);
  // Small slices, so that the crash finds most of the group ahead.
  const env = { ...system.env, FANOUT_SLICE: '2' };
  const [first, second] = [aGroupMessage('large'), aGroupMessage('large')];
  await using fanout = await startProcess('fanout', env);
  await system.backend.post('/v3/events', first);
  await until(() => system.hook.counts().received >= 60, 'slices are being sent');
  await fanout.kill();
  await using _last = await startProcess('fanout', env);
  expect(await system.done(first.id, 60_000)).toMatchObject({ audience: 600, accepted: 600 });
  expect(badges(system)).toEqual(Object.fromEntries(members.map((uid) => [uid, 1])));
  system.hook.clear();
  await system.backend.post('/v3/events', second);
  await system.done(second.id, 60_000);
  expect(badges(system)).toEqual(Object.fromEntries(members.map((uid) => [uid, 2])));
}, 120_000);
