import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import * as cc from '../support/cometchat.ts';
import { received, told } from '../support/received.ts';
import { createApp, posts, type System, startSystem } from '../support/system.ts';

const { ANDREW, AT, GEORGE, HIKING } = cc;
const CAROL: cc.WirePerson = { uid: 'carol', name: 'Carol' };
const DAVE: cc.WirePerson = { uid: 'dave', name: 'Dave' };

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await system.backend.tellGroupActions();
  await system.backend.patch('/v3/notifications/v1/settings', { badge: true });
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(() => system.hook.clear());

/** What ingest says to a webhook. */
const answerTo = async (body: unknown) => {
  const { status, body: answer } = await system.backend.post('/v3/webhooks/cometchat', body);
  return { status, ...answer.data, error: answer.error };
};

/** Posts a webhook that becomes events, and waits until they are done: their counts together by name. */
async function post(body: unknown) {
  const { events } = await answerTo(body);
  for (const { id } of events) await system.done(id);
}

const members = async (...uids: string[]) => {
  await system.backend.put(`/v3/groups/${HIKING.guid}`, {});
  await system.backend.loadMembers(HIKING.guid, uids);
};

const nowS = () => Math.floor(Date.now() / 1000);
const inHiking = { to: HIKING };

describe('a trigger', () => {
  const at = nowS();
  // In an order in which each finds what it needs: the message, the reaction, the call.
  test.each<[string, object]>([
    ['message_sent', cc.sent('t-1', 'hi')],
    ['user_mentioned', cc.webhook('user_mentioned', { message: cc.message('t-2', 'hi <@uid:cometchat-uid-2>') })],
    ['after_message', cc.webhook('after_message', cc.message('t-3', 'hi'))],
    ['message_edited', cc.changed('message_edited', 't-1', 'hello')],
    ['message_reaction_added', cc.reacted('message_reaction_added', { id: 't-4', messageId: 't-1', by: GEORGE })],
    ['message_reaction_removed', cc.reacted('message_reaction_removed', { id: 't-4', messageId: 't-1', by: GEORGE })],
    ['message_deleted', cc.changed('message_deleted', 't-1')],
    ['message_read_receipt', cc.read('t-1')],
    ['group_member_joined', cc.grouped('group_member_joined', CAROL)],
    ['group_member_left', cc.grouped('group_member_left', CAROL)],
    ['group_member_added', cc.grouped('group_member_added', CAROL, ANDREW)],
    ['group_member_kicked', cc.grouped('group_member_kicked', CAROL, ANDREW)],
    ['group_member_banned', cc.grouped('group_member_banned', CAROL, ANDREW)],
    ['group_member_unbanned', cc.grouped('group_member_unbanned', CAROL, ANDREW)],
    ['group_member_scope_changed', cc.grouped('group_member_scope_changed', { ...CAROL, scope: 'admin' }, ANDREW)],
    ['call_initiated', cc.initiated('t-5', 'v1.t', at)],
    ['call_busy', cc.callState('call_busy', 't-6', at)],
    ['call_cancelled', cc.callState('call_cancelled', 't-7', at)],
    ['call_rejected', cc.callState('call_rejected', 't-8', at)],
    ['call_unanswered', cc.callState('call_unanswered', 't-9', at)],
    ['call_started', cc.session('call_started', 'v1.t', at)],
    ['call_ended', cc.session('call_ended', 'v1.t', at)],
    ['user_blocked', cc.blocked('user_blocked', CAROL, DAVE)],
    ['user_unblocked', cc.blocked('user_unblocked', CAROL, DAVE)],
  ])('%s is an event, once', async (trigger, body) => {
    expect(await answerTo(body)).toMatchObject({ status: 200, trigger, events: [{ status: 'accepted' }] });
    const again = await answerTo(body);
    expect(again).toMatchObject({ status: 200, events: [{ status: 'duplicate' }] });
    await system.done(again.events[0].id);
  });

  test.each([
    'before_message',
    'user_connection_status_changed',
    'after_connection_status_changed',
    'message_delivery_receipt',
    'message_read_receipt_to_all',
    'call_participant_joined',
    'call_participant_left',
    'meeting_started',
    'group_created',
    'group_updated',
    'group_deleted',
    'group_member_removed',
    'moderation_engine_approved',
    'moderation_engine_blocked',
    'after_push_notification_delivered',
    'something_new',
  ])('%s is accepted and ignored', async (trigger) => {
    expect(await answerTo(cc.webhook(trigger, {}))).toMatchObject({ status: 200, events: [], reason: 'ignored' });
    expect(told(system)).toEqual([]);
  });
});

test('a message that is posted twice, and as a mention, notifies once', async () => {
  const message = cc.message('d-1', 'hi <@uid:cometchat-uid-2>');
  for (const trigger of ['message_sent', 'message_sent', 'user_mentioned']) {
    await post(cc.webhook(trigger, { message }));
  }
  expect(told(system)).toEqual([`${GEORGE.uid}: Andrew Joseph mentioned you: hi @George Alan`]);
});

test('a reaction finds the author and the conversation of its message, in a group too', async () => {
  await members(ANDREW.uid, GEORGE.uid, CAROL.uid);
  await post(cc.sent('r-1', 'Look!', { from: GEORGE, to: HIKING }));
  system.hook.clear();
  await post(cc.reacted('message_reaction_added', { id: 'r-58', messageId: 'r-1', by: ANDREW }));
  expect(told(system)).toEqual([`${GEORGE.uid}: Reacted to your message: 😎`]);
  expect(system.hook.requests()[0]?.json).toMatchObject({
    data: { notificationDetails: { receiver: HIKING.guid, conversationId: `group_${HIKING.guid}`, tag: 'r-58' } },
  });
  await post(cc.reacted('message_reaction_removed', { id: 'r-58', messageId: 'r-1', by: ANDREW }));
  expect(told(system)).toEqual([`${GEORGE.uid}: Reacted to your message: 😎`]);
});

test('a reaction that reached no one is taken back from no one', async () => {
  await members(ANDREW.uid, GEORGE.uid);
  await post(cc.sent('q-1', 'Look!', { from: GEORGE, to: HIKING }));
  system.hook.clear();
  const preferences = `/v3/notifications/v1/preferences?uid=${GEORGE.uid}`;
  await system.backend.patch(preferences, { groupPreferences: { groupReactions: 1 } });
  await post(cc.reacted('message_reaction_added', { id: 'q-58', messageId: 'q-1', by: ANDREW }));
  await system.backend.delete(preferences);
  await post(cc.reacted('message_reaction_removed', { id: 'q-58', messageId: 'q-1', by: ANDREW }));
  expect(told(system)).toEqual([]);
});

test('what is about a message or a call that is not remembered is accepted, and says so', async () => {
  const removed = cc.reacted('message_reaction_added', { id: 'u-58', messageId: 'u-1' });
  expect(await answerTo(removed)).toMatchObject({ status: 200, events: [], reason: 'unknown_message' });
  const ended = cc.session('call_ended', 'v1.unknown', nowS());
  expect(await answerTo(ended)).toMatchObject({ status: 200, events: [], reason: 'unknown_call' });
});

test('edits and deletes go to those who were sent the message, under its tag, and to no one else', async () => {
  await members(ANDREW.uid, GEORGE.uid);
  await post(cc.sent('e-1', 'Hello!', inHiking));
  await post(cc.grouped('group_member_added', CAROL, { ...ANDREW, lastActiveAt: AT + 5 }));
  system.hook.clear();
  await post(cc.changed('message_edited', 'e-1', 'Hello again!', inHiking));
  await post(cc.changed('message_deleted', 'e-1', '', inHiking));
  await post(cc.changed('message_edited', 'e-unknown', 'Hello again!', inHiking));
  expect(told(system)).toEqual([`${GEORGE.uid}: Hello again!`, `${GEORGE.uid}: This message was deleted`]);
  expect(received(system).map(({ details }) => details.tag)).toEqual(['e-1', 'e-1']);
});

test('members who are added are told from then on, and those who are kicked are not', async () => {
  await members(ANDREW.uid, GEORGE.uid);
  await post(cc.grouped('group_member_added', DAVE, { ...ANDREW, lastActiveAt: AT + 6 }));
  await post(cc.grouped('group_member_kicked', GEORGE, { ...ANDREW, lastActiveAt: AT + 7 }));
  system.hook.clear();
  await post(cc.sent('g-1', 'Hello!', inHiking));
  expect(told(system)).toEqual([`${DAVE.uid}: Hello!`]);
});

test.each(['group_member_kicked', 'group_member_banned', 'group_member_unbanned'])(
  'an admin whom %s names as the only member stays in the group, and the answer says why',
  async (trigger) => {
    await members(ANDREW.uid, GEORGE.uid);
    expect(await answerTo(cc.grouped(trigger, ANDREW, ANDREW))).toMatchObject({
      status: 200,
      events: [],
      reason: 'names_only_actor',
    });
    const { body } = await system.backend.get(`/v3/groups/${HIKING.guid}/members`);
    expect(body.data.map(({ uid }: { uid: string }) => uid)).toEqual([ANDREW.uid, GEORGE.uid]);
    expect(told(system)).toEqual([]);
  },
);

test('a read receipt clears the badge', async () => {
  const reader: cc.WirePerson = GEORGE;
  const unread = async (id: string) => {
    system.hook.clear();
    await post(cc.sent(id, 'hi', { from: CAROL, to: reader }));
    await posts(system.hook, 1);
    return received(system)[0]?.details.unreadMessageCount;
  };
  const before = await unread('b-1');
  expect(await unread('b-2')).toBe(before + 1);
  const receipt = cc.read('b-2');
  await post({ ...receipt, data: { ...receipt.data, receiver: CAROL.uid, messageSender: CAROL.uid } });
  expect(await unread('b-3')).toBe(before - 1 + 1);
});

test('nothing passes between people one of whom has blocked the other, until it is taken back', async () => {
  await post(cc.blocked('user_blocked', { ...GEORGE, lastActiveAt: AT + 8 }, ANDREW));
  await post(cc.sent('k-1', 'hi'));
  await post(cc.sent('k-2', 'hi', { from: GEORGE, to: ANDREW }));
  expect(told(system)).toEqual([]);
  await post(cc.blocked('user_unblocked', { ...GEORGE, lastActiveAt: AT + 9 }, ANDREW));
  await post(cc.sent('k-3', 'hi'));
  expect(told(system)).toEqual([`${GEORGE.uid}: hi`]);
});

test('a body of another app is refused, and so is a key of another', async () => {
  const { status, error } = await answerTo({ ...cc.sent('a-1', 'hi'), appId: 'other' });
  expect([status, error.code, error.message]).toEqual([403, 'AUTH_ERR_NO_ACCESS', expect.stringMatching(/^appId:/)]);
  const other = await createApp(system.admin, system.url, 'other');
  expect((await other.post('/v3/webhooks/cometchat', cc.sent('a-1', 'hi'))).status).toBe(403);
  expect(told(system)).toEqual([]);
});

test.each<[string, unknown]>([
  ['body', undefined],
  ['trigger', { data: {} }],
  ['appId', { trigger: 'a_trigger_of_tomorrow', appId: {} }],
  ['data', { trigger: 'a_trigger_of_tomorrow', data: 'text' }],
  ['data', { trigger: 'message_sent' }],
  ['data.message', cc.webhook('message_sent', {})],
  ['data.message.sender', cc.webhook('message_sent', { message: { ...cc.message('x', 'hi'), sender: 'a b' } })],
  [
    'data.reaction.messageId',
    cc.webhook('message_reaction_added', { reaction: { id: '1', reaction: '😎', uid: 'a' } }),
  ],
  ['data.members', cc.webhook('group_member_added', { members: {}, group: HIKING })],
  ['data.call.type', cc.webhook('call_initiated', { call: { ...cc.message('x', 'hi'), type: 'fax' } })],
])('a bad body is refused, naming %s', async (field, body) => {
  const { status, error } = await answerTo(body);
  expect([status, error.code, error.message.split(/[:;]/)[0]]).toEqual([400, 'ERR_BAD_REQUEST', field]);
});
