import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ANDROID, addPushProviders, logIn, register, VOIP } from '../support/devices.ts';
import { aCall, aGroupMessage, aMessage } from '../support/events.ts';
import { createApp, type System, startSystem } from '../support/system.ts';

const SETTINGS = '/v3/notifications/v1/settings';

let system: System;
beforeAll(async () => {
  system = await startSystem();
  const { backend } = system;
  await backend.put('/v3/groups/hiking', { name: 'Hiking group' });
  await backend.loadMembers('hiking', ['alice', 'bob', 'carol', 'dave', 'erin']);
  await backend.put('/v3/users/bob', { name: 'Bob' });
  await backend.put('/v3/users/dave', { deactivated: true });
  await backend.post('/v3/users/erin/blockedusers', { blockedUids: ['alice'] });
  await backend.put('/v3/users/zoe', {});
});
afterAll(() => system[Symbol.asyncDispose]());

const explain = async (event: object, uid: string, { backend } = system) =>
  (await backend.post('/v3/explain', { event, uid })).body.data;

/** Everything in Redis, but for what a process writes by itself every few seconds. */
async function contentOf({ redis: { redis } }: System): Promise<Map<string, string>> {
  const keys = (await redis.keys('*')).filter((key) => !key.startsWith('{p0}:process')).sort();
  const dumps = await Promise.all(keys.map((key) => redis.dumpBuffer(key)));
  return new Map(keys.map((key, i) => [key, dumps[i]?.toString('base64') ?? '']));
}

test('what would be sent, through which targets, until when; and nothing is written or sent', async () => {
  await using own = await startSystem({ apps: [] });
  await addPushProviders(own);
  await register(own, await logIn(own), { ...ANDROID, providerId: undefined });
  await own.backend.patch(SETTINGS, { badge: true });
  const before = await contentOf(own);
  const data = await explain(aMessage({ sender: { uid: 'not-seen-before' } }), 'bob', own);
  expect(await contentOf(own)).toEqual(before);
  expect(before.size).toBeGreaterThan(5);
  expect(own.hook.requests()).toEqual([]);
  expect(data).toMatchObject({ uid: 'bob', decision: 'sent', lane: 'chat' });
  expect(data.targets).toEqual([
    { provider: 'custom', providerId: 'custom' },
    { provider: 'fcm', platform: 'fcm_android', deviceId: expect.any(String), providerId: 'fcm-1' },
  ]);
  expect(data.payload).toMatchObject({ body: 'hi', receiver: 'bob', unreadMessageCount: 1 });
  expect(data.deadline.holdUntil - data.deadline.leaveBy).toBe(23 * 3_600_000);
  expect(data.sentence).toBe('Would be sent to Bob: 2 targets (the webhook, Android).');
});

test('an event that is kept is explained and previewed by its id, as if it came now', async () => {
  const sent = aMessage({ message: { id: 'kept-1', type: 'text', text: 'kept' }, sentAt: Date.now() - 3_600_000 });
  await system.backend.post('/v3/events', sent);
  const ask = async (path: string, body: object) => (await system.backend.post(path, body)).body;
  const { data } = await ask('/v3/explain', { eventId: sent.id, uid: 'bob' });
  expect(data).toMatchObject({ decision: 'sent', payload: { body: 'kept' } });
  const path = '/v3/notifications/v1/templates/preview';
  expect((await ask(path, { eventId: sent.id, platform: 'custom' })).data.body).toBe('kept');

  const both = await ask('/v3/explain', { eventId: sent.id, event: sent, uid: 'bob' });
  expect(both.error).toMatchObject({ code: 'ERR_BAD_REQUEST', message: expect.stringMatching(/^eventId:/) });
  const neither = await ask('/v3/explain', { uid: 'bob' });
  expect(neither.error).toMatchObject({ code: 'ERR_BAD_REQUEST', message: expect.stringMatching(/^event:/) });
  const unknown = await ask('/v3/explain', { eventId: 'never-sent', uid: 'bob' });
  expect(unknown.error.code).toBe('ERR_EVENT_NOT_FOUND');
});

describe('agrees with what then happens', () => {
  const away = { mutePreferences: { dnd: 2 } };
  const message = { id: 'reached-1', type: 'text', text: 'hi' };
  const reaction = { id: 'r-1', reaction: '👍', messageId: 'reached-1' };

  beforeAll(async () => {
    await system.backend.patch('/v3/notifications/v1/preferences?uid=carol', away);
    const original = aGroupMessage('hiking', { message });
    await system.backend.post('/v3/events', original);
    await system.done(original.id);
    await system.backend.patch('/v3/notifications/v1/preferences?uid=alice', { groupPreferences: { groupReplies: 4 } });
    await system.backend.delete('/v3/messages/left-1/thread/subscription?uid=alice');
    for (const id of ['left-1', 'followed-1']) {
      const started = aGroupMessage('hiking', { message: { id, type: 'text', text: 'hi' } });
      await system.backend.post('/v3/events', started);
      await system.done(started.id);
    }
  });

  const added = { type: 'group.member_added', message: undefined, members: [{ uid: 'zoe' }] };
  const replied = (parentId: string) =>
    aGroupMessage('hiking', { sender: { uid: 'bob' }, message: { id: `to-${parentId}`, type: 'text', parentId } });
  const reacted = { type: 'reaction.added', message: undefined, reaction };

  test.each<[string, string, object, string]>([
    ['a message to a group', 'bob', aGroupMessage('hiking'), 'sent'],
    ['Do Not Disturb', 'carol', aGroupMessage('hiking'), 'DND_PREFERENCE'],
    ['the sender', 'alice', aGroupMessage('hiking'), 'sender'],
    ['deactivated', 'dave', aGroupMessage('hiking'), 'deactivated'],
    ['a block', 'erin', aGroupMessage('hiking'), 'blocked'],
    ['no member', 'zoe', aGroupMessage('hiking'), 'not_a_member'],
    ['a user named', 'zoe', aGroupMessage('hiking', { recipients: ['zoe'] }), 'sent'],
    ['a user not named', 'bob', aGroupMessage('hiking', { recipients: ['zoe'] }), 'not_named'],
    ['a reaction, for the author', 'alice', aGroupMessage('hiking', { ...reacted, sender: { uid: 'bob' } }), 'sent'],
    ['a reply, for the author of the thread', 'alice', replied('followed-1'), 'sent'],
    ['a reply in a thread its author has left', 'alice', replied('left-1'), 'REPLIES_PREFERENCE'],
    ['an edit', 'bob', aGroupMessage('hiking', { type: 'message.edited', message }), 'sent'],
    [
      'an edit of what did not reach',
      'carol',
      aGroupMessage('hiking', { type: 'message.edited', message }),
      'not_reached',
    ],
    [
      'an edit of nothing',
      'bob',
      aGroupMessage('hiking', { type: 'message.edited', message: { id: 'no-such' } }),
      'original_unknown',
    ],
    [
      'a user named for the first time',
      'first-seen',
      aMessage({ conversation: { type: 'user', id: 'first-seen' } }),
      'sent',
    ],
    [
      'a silent custom message',
      'bob',
      aMessage({ message: { id: '9', category: 'custom', type: 'poll' } }),
      'notifies_nobody',
    ],
    ['a change of members, off by default', 'bob', aGroupMessage('hiking', added), 'GROUP_ACTIONS_PREFERENCE'],
  ])('%s: %s', async (_, uid, event, expected) => {
    const { id } = event as { id: string };
    const { decision, reason } = await explain(event, uid);
    expect(reason ?? decision).toBe(expected);
    await system.backend.post('/v3/events', event);
    await system.done(id);
    const { data } = (await system.backend.get(`/v3/events/${id}/recipients/${uid}`)).body;
    expect([decision, reason]).toEqual([data.decision, data.reason]);
  });

  test('a call long past', async () => {
    const call = aCall({ sentAt: 1741847453000 });
    expect(await explain(call, 'bob')).toMatchObject({ decision: 'expired', targets: [] });
    await system.backend.post('/v3/events', call);
    expect(await system.done(call.id)).toMatchObject({ planned: 1, expired: 1 });
  });

  test('who is added by the event is a member of it', async () => {
    const settings = { preferences: { group: { memberAddedSetting: 2 } } };
    await system.backend.patch(SETTINGS, settings);
    const event = aGroupMessage('hiking', { ...added, members: [{ uid: 'newcomer' }] });
    expect((await explain(event, 'newcomer')).decision).toBe('sent');
  });
});

test('the reason comes with what it rests on', async () => {
  const until = Date.now() + 3_600_000;
  await system.backend.put('/v3/notifications/v1/preferences/mute?uid=bob', {
    conversations: [{ id: 'alice', type: 'oneOnOne', until }],
  });
  const data = await explain(aMessage(), 'bob');
  await system.backend.delete('/v3/notifications/v1/preferences/mute?uid=bob', {
    conversations: [{ id: 'alice', type: 'oneOnOne' }],
  });
  expect(data).toMatchObject({ decision: 'suppressed', reason: 'MUTE_PREFERENCE', detail: String(until), targets: [] });
  expect(data.payload).toBeUndefined();
  expect(data.sentence).toMatch(/^Would not be sent: Bob muted Alice until .* UTC\.$/);
});

test('calls: by VoIP in their own lane, not once they are over', async () => {
  await using own = await startSystem({ apps: [] });
  await own.backend.delete('/v3/notifications/push/v1/providers/custom');
  await addPushProviders(own);
  await register(own, await logIn(own), VOIP);
  const call = aCall();
  const ring = await explain(call, 'bob', own);
  expect(ring).toMatchObject({ decision: 'sent', lane: 'call' });
  expect(ring.targets).toMatchObject([{ provider: 'apns', platform: 'apns_ios_voip', providerId: 'apns-1' }]);
  expect((await explain(aMessage(), 'bob', own)).reason).toBe('NO_TARGET');
  await own.backend.post('/v3/events', aCall({ type: 'call.ended', call: call.call }));
  expect(await explain(call, 'bob', own)).toMatchObject({ decision: 'superseded', targets: [] });
});

test('settings count at once: push off, groups too large, lanes', async () => {
  const backend = await createApp(system.admin, system.url, 'settings');
  const own = { ...system, backend };
  await backend.put('/v3/groups/hiking', {});
  await backend.loadMembers('hiking', ['alice', 'bob', 'carol']);
  expect((await explain(aGroupMessage('hiking'), 'bob', own)).reason).toBe('NO_TARGET');
  await backend.patch(SETTINGS, { maxGroupSize: 2 });
  expect((await explain(aGroupMessage('hiking'), 'bob', own)).reason).toBe('GROUP_TOO_LARGE');
  await system.admin.patch('/v3/apps/settings', { pushEnabled: false });
  expect((await explain(aGroupMessage('hiking'), 'bob', own)).reason).toBe('PUSH_DISABLED');
});

test('members that the chat backend tells are taken for members, and the sentence says so', async () => {
  const backend = await createApp(system.admin, system.url, 'pulled');
  await backend.patch(SETTINGS, { membership: { url: 'https://chat.example.com/members' } });
  await backend.post('/v3/notifications/push/v1/providers/custom', { webhookURL: `${system.hooks.url}/webhook/hook` });
  const data = await explain(aGroupMessage('hiking'), 'bob', { ...system, backend });
  expect(data.decision).toBe('sent');
  expect(data.sentence).toContain('Only the chat backend knows whether bob is a member');
});

describe('what is wrong is named, under event', () => {
  test.each<[string, unknown]>([
    ['event.type', { event: aMessage({ type: 'message.whispered' }), uid: 'bob' }],
    ['event.message.id', { event: aMessage({ message: { text: 'hi' } }), uid: 'bob' }],
    ['event.colour', { event: aMessage({ colour: 'red' }), uid: 'bob' }],
    ['uid', { event: aMessage() }],
    ['verbose', { event: aMessage(), uid: 'bob', verbose: true }],
    ['event', { uid: 'bob' }],
    ['body', undefined],
  ])('%s', async (field, input) => {
    const { status, body } = await system.backend.post('/v3/explain', input);
    expect([status, body.error.code, body.error.message.split(':')[0]]).toEqual([400, 'ERR_BAD_REQUEST', field]);
  });

  test('an unknown type is answered with those there are', async () => {
    const { body } = await system.backend.post('/v3/explain', { event: aMessage({ type: 'x' }), uid: 'bob' });
    expect(body.error.message).toContain('message.sent');
  });
});

test('a key that only publishes may not ask', async () => {
  const { body } = await system.admin.post('/v3/apps/app123/apikeys', { name: 'p', scopes: ['publish'] });
  const headers = { apikey: body.data.apiKey };
  const { status } = await system.backend.call('POST', '/v3/explain', { event: aMessage(), uid: 'bob' }, headers);
  expect(status).toBe(403);
});
