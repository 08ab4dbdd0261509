import { until } from '@fanfare/testkit';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ANDROID, addPushProviders, IPHONE, logIn, register } from '../support/devices.ts';
import { aGroupMessage, aMessage } from '../support/events.ts';
import { BASIC_AUTH, type System, startSystem } from '../support/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
  const { backend } = system;
  await backend.put('/v3/groups/hiking', { name: 'Hiking group' });
  await backend.loadMembers('hiking', ['alice', 'bob', 'carol', 'dave', 'erin']);
  await backend.put('/v3/users/bob', { name: 'Bob', timezone: 'Asia/Tokyo' });
  await backend.put('/v3/users/dave', { name: 'Dave', deactivated: true });
  await backend.post('/v3/users/erin/blockedusers', { blockedUids: ['alice'] });
  await backend.put('/v3/users/zoe', { name: 'Zoe' });
  await backend.delete('/v3/users/gone');
});
afterAll(() => system[Symbol.asyncDispose]());

const trace = async (id: string, uid: string) => (await system.backend.get(`/v3/events/${id}/recipients/${uid}`)).body;

/** How the webhook answers next. */
const answer = (behaviour: object[]) => system.hook.configure({ basicAuth: BASIC_AUTH, behaviour });

/** Posts an event and waits until it is done; its id. */
async function sent(event: { id: string }): Promise<string> {
  await system.backend.post('/v3/events', event);
  await system.done(event.id);
  return event.id;
}

test('a person who was sent it: the targets and one sentence', async () => {
  const id = await sent(aGroupMessage('hiking'));
  expect(await trace(id, 'bob')).toEqual({
    data: {
      eventId: id,
      uid: 'bob',
      decision: 'sent',
      targets: [{ provider: 'custom', state: 'accepted', attempts: [{ outcome: 'accepted' }] }],
      sentence: 'Sent to Bob: 1 of 1 target accepted it.',
    },
  });
});

test('a muted group: until when, on the clock of who muted it', async () => {
  const until = Date.now() + 30 * 24 * 3_600_000;
  await system.backend.put('/v3/notifications/v1/preferences/mute?uid=bob', {
    conversations: [{ id: 'hiking', type: 'group', until }],
  });
  const { data } = await trace(await sent(aGroupMessage('hiking')), 'bob');
  await system.backend.delete('/v3/notifications/v1/preferences/mute?uid=bob', {
    conversations: [{ id: 'hiking', type: 'group' }],
  });
  const day = new Date(until + 9 * 3_600_000).toISOString();
  expect(data).toMatchObject({ decision: 'suppressed', reason: 'MUTE_PREFERENCE', detail: String(until), targets: [] });
  expect(data.sentence).toBe(
    `Not sent: Bob muted Hiking group until ${day.slice(0, 10)} ${day.slice(11, 16)} Asia/Tokyo.`,
  );
});

test('tries that failed are told with their time and words, and so is what the last came to', async () => {
  answer([
    { status: 503, times: 1 },
    { status: 400, body: 'no such user', times: 1 },
  ]);
  const event = aMessage();
  const id = await sent(event);
  const { data } = await trace(id, 'bob');
  expect(data.targets).toHaveLength(1);
  const [{ state, attempts }] = data.targets;
  expect(state).toBe('rejected');
  expect(attempts.map(({ outcome, reason }: { outcome: string; reason: string }) => [outcome, reason])).toEqual([
    ['retryable', 'http_503'],
    ['rejected', 'http_400'],
  ]);
  for (const { at } of attempts) expect(Math.abs(Date.now() - at)).toBeLessThan(60_000);
  expect(data.sentence).toBe('Not sent to Bob: the webhook rejected it (http_400: no such user).');
});

test('a first try that was refused has the words of its dead letter', async () => {
  answer([{ status: 422, times: 1 }]);
  const { data } = await trace(await sent(aMessage()), 'bob');
  expect(data.targets[0].attempts).toEqual([
    { at: expect.any(Number), outcome: 'rejected', reason: 'http_422', detail: 'Unprocessable Entity' },
  ]);
});

describe('who is not in the plan', () => {
  test.each([
    ['alice', 'sender', 'Not sent: Alice caused the event, and users are not notified of their own actions.'],
    ['dave', 'deactivated', 'As of now: Dave is deactivated.'],
    ['erin', 'blocked', 'As of now: erin or the sender has blocked the other.'],
    ['zoe', 'not_a_member', 'As of now: Zoe is not a member of the conversation.'],
    ['no-one', 'not_a_member', 'As of now: no-one is not a member of the conversation.'],
    ['gone', 'erased', 'As of now: gone was erased.'],
  ])('%s: %s', async (uid, reason, sentence) => {
    const id = await sent(aGroupMessage('hiking', { sender: { uid: 'alice', name: 'Alice' } }));
    const { data } = await trace(id, uid);
    expect(data).toMatchObject({ decision: 'not_in_audience', reason, targets: [] });
    expect(data.sentence).toContain(sentence);
  });

  test('a member removed by the event, a person it does not name, one who came later', async () => {
    const { backend } = system;
    await backend.put('/v3/groups/book-club', {});
    await backend.loadMembers('book-club', ['alice', 'bob', 'carol']);
    const kicked = aGroupMessage('book-club', {
      type: 'group.member_kicked',
      message: undefined,
      members: [{ uid: 'carol' }],
    });
    expect((await trace(await sent(kicked), 'carol')).data.reason).toBe('removed');
    const named = await sent(aGroupMessage('hiking', { recipients: ['bob'] }));
    expect((await trace(named, 'carol')).data).toMatchObject({ reason: 'not_named' });
    const early = await sent(aGroupMessage('book-club'));
    await backend.post('/v3/groups/book-club/members', { participants: ['zoe'] });
    const { data } = await trace(early, 'zoe');
    expect(data).toMatchObject({ decision: 'not_in_audience', reason: 'not_planned' });
    expect(data.sentence).toContain('would be now');
  });

  test('a bystander of a reaction: what would keep it from them now', async () => {
    const message = { id: 'reacted-1', type: 'text', text: 'hi' };
    await sent(aGroupMessage('hiking', { message }));
    const reaction = { id: 'rx-1', reaction: '👍', messageId: message.id };
    const reacted = { type: 'reaction.added', sender: { uid: 'carol' }, message: undefined, reaction };
    const { data } = await trace(await sent(aGroupMessage('hiking', reacted)), 'bob');
    expect(data).toMatchObject({ decision: 'suppressed', reason: 'REACTIONS_PREFERENCE', detail: '2', targets: [] });
    expect(data.sentence).toMatch(
      /^Not sent: Bob was not among the recipients when they were determined\. As of now: Bob .*\.$/,
    );
  });

  test('an event that notifies no one', async () => {
    const id = await sent(aMessage({ message: { id: '77', category: 'custom', type: 'poll' } }));
    expect((await trace(id, 'bob')).data).toMatchObject({ reason: 'notifies_nobody' });
  });
});

test('an edit concerns only those whom the message reached', async () => {
  const { backend } = system;
  await backend.patch('/v3/notifications/v1/preferences?uid=carol', { mutePreferences: { dnd: 2 } });
  const message = { id: 'edited-1', type: 'text', text: 'hi' };
  await sent(aGroupMessage('hiking', { message }));
  const edit = await sent(aGroupMessage('hiking', { type: 'message.edited', message: { ...message, text: 'hello' } }));
  expect((await trace(edit, 'bob')).data.decision).toBe('sent');
  const { data } = await trace(edit, 'carol');
  expect(data).toMatchObject({ decision: 'not_in_audience', reason: 'not_reached' });
  const orphan = aGroupMessage('hiking', { type: 'message.deleted', message: { id: 'never-seen' } });
  expect((await trace(await sent(orphan), 'bob')).data.reason).toBe('original_unknown');
});

test('devices are told by platform, with what their payloads lost; a device that is gone by its id only', async () => {
  await using own = await startSystem();
  await own.backend.delete('/v3/notifications/push/v1/providers/custom');
  await addPushProviders(own);
  const login = await logIn(own);
  await register(own, login, ANDROID, IPHONE);
  const event = aMessage();
  await own.backend.post('/v3/events', event);
  await own.done(event.id);
  const read = async () => (await own.backend.get(`/v3/events/${event.id}/recipients/bob`)).body.data;
  const { targets, sentence } = await read();
  expect(targets.map((target: { platform: string }) => target.platform).sort()).toEqual([
    'apns_ios_device',
    'fcm_android',
  ]);
  expect(sentence).toBe('Sent to Bob: 2 of 2 targets accepted it.');
  const long = aMessage({ message: { id: '59', text: 'x'.repeat(5000) } });
  await own.backend.post('/v3/events', long);
  await own.done(long.id);
  const shortened = (await own.backend.get(`/v3/events/${long.id}/recipients/bob`)).body.data.targets;
  expect(shortened).toMatchObject([{ truncated: ['body'] }, { truncated: ['body'] }]);
  const cut = { body: expect.stringMatching(/^x+…$/), truncated: 'body' };
  expect(own.hooks.fcm.requests().at(-1)?.json).toMatchObject({ message: { data: cut } });
  expect(own.hooks.apns.requests().at(-1)?.json).toMatchObject(cut);
  await own.backend.delete(`/v3/users/bob/auth_tokens/${login}`);
  const after = await until(async () => {
    const { targets: left } = await read();
    return left.every((target: object) => !('platform' in target)) ? left : undefined;
  }, 'the devices are gone');
  expect(after.every((target: { deviceId: string }) => target.deviceId !== '')).toBe(true);
});

test('before anybody has been planned nothing is decided, but what the event itself says is known', async () => {
  await using own = await startSystem({ apps: [] });
  const event = aMessage();
  await own.backend.post('/v3/events', event);
  const read = async (uid: string) => (await own.backend.get(`/v3/events/${event.id}/recipients/${uid}`)).body.data;
  expect(await read('bob')).toMatchObject({ decision: 'not_decided_yet', targets: [] });
  expect(await read('alice')).toMatchObject({ decision: 'not_in_audience', reason: 'sender' });
});

test('an event that was never posted, and a caller who may not manage', async () => {
  const { status, body } = await system.backend.get('/v3/events/none/recipients/bob');
  expect([status, body.error.code]).toEqual([404, 'ERR_EVENT_NOT_FOUND']);
  expect((await system.backend.get('/v3/events/none/recipients/b%20b')).body.error.message).toMatch(/^uid:/);
  const phone = system.asUser(await logIn(system, 'bob'));
  expect((await phone.get('/v3/events/none/recipients/bob')).status).toBe(401);
});
