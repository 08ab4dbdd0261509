import { Event } from '@fanfare/core';
import { expect, test } from '@jest/globals';
import { ANDREW, AT, GEORGE, HIKING, IGNORED, SAMPLES } from '../support/cometchat-samples.ts';
import { needsOf, translate, translated } from './translate.ts';

const person = ({ uid, name, avatar }: typeof ANDREW) => ({ uid, name, avatar });
const andrew = person(ANDREW);
const withGeorge = { type: 'user', id: GEORGE.uid, name: GEORGE.name, avatar: GEORGE.avatar };
const inHiking = { type: 'group', id: HIKING.guid, name: HIKING.name };
const sentAt = AT * 1000;
const hello = {
  sentAt,
  sender: andrew,
  conversation: withGeorge,
  message: { id: '123', type: 'text', text: 'Hello!' },
};
const george = { uid: GEORGE.uid, name: GEORGE.name };
const onGeorge = { sender: andrew, conversation: inHiking, members: [george] };
const byGeorge = { ...onGeorge, sender: person(GEORGE) };
const reaction = { id: '58', reaction: '😎', messageId: '101', messageSender: GEORGE.uid };
const reacts = { sentAt, sender: andrew, conversation: { type: 'user', id: GEORGE.uid }, reaction };
const ring = { id: '123', sessionId: 'v1.123.aik2', type: 'audio' };
const byCaller = { sender: { uid: ANDREW.uid }, conversation: { type: 'user', id: GEORGE.uid }, call: ring };
const byCalled = { sender: { uid: GEORGE.uid }, conversation: { type: 'user', id: ANDREW.uid }, call: ring };
const reads = {
  id: `cc:message_read:101:${GEORGE.uid}`,
  sentAt,
  sender: { uid: GEORGE.uid },
  conversation: { type: 'user', id: ANDREW.uid },
  message: { id: '101' },
};
const scope = { scope: 'moderator', oldScope: 'participant' };
const later = (s: number) => sentAt + s * 1000;

const EXPECTED: Record<keyof typeof SAMPLES, { type: Event['type'] } & Record<string, unknown>> = {
  message_sent: { type: 'message.sent', id: 'cc:message_sent:123', ...hello },
  user_mentioned: { type: 'message.sent', id: 'cc:message_sent:123', ...hello },
  after_message: { type: 'message.sent', id: 'cc:message_sent:123', ...hello },
  message_edited: {
    type: 'message.edited',
    id: `cc:message_edited:101:${later(47)}`,
    sentAt: later(47),
    sender: andrew,
    conversation: inHiking,
    message: { id: '101', text: 'new text', object: { id: '101', editedBy: ANDREW.uid } },
  },
  message_deleted: {
    type: 'message.deleted',
    id: `cc:message_deleted:101:${later(47)}`,
    sentAt: later(47),
    sender: andrew,
    conversation: inHiking,
    message: { id: '101', object: { id: '101', deletedBy: ANDREW.uid } },
  },
  message_reaction_added: { type: 'reaction.added', id: 'cc:message_reaction_added:58', ...reacts },
  message_reaction_removed: { type: 'reaction.removed', id: 'cc:message_reaction_removed:58', ...reacts },
  group_member_joined: { type: 'group.member_joined', ...byGeorge },
  group_member_left: { type: 'group.member_left', ...byGeorge },
  group_member_added: { type: 'group.member_added', ...onGeorge },
  group_member_kicked: { type: 'group.member_kicked', ...onGeorge },
  group_member_banned: { type: 'group.member_banned', ...onGeorge },
  group_member_unbanned: { type: 'group.member_unbanned', ...onGeorge },
  group_member_scope_changed: {
    type: 'group.member_scope_changed',
    ...onGeorge,
    members: [{ ...george, ...scope }],
  },
  call_initiated: {
    type: 'call.initiated',
    id: `cc:call_initiated:123:${sentAt}`,
    sentAt,
    sender: andrew,
    conversation: withGeorge,
    call: ring,
  },
  call_cancelled: { type: 'call.cancelled', id: `cc:call_cancelled:124:${later(20)}`, ...byCaller },
  call_rejected: { type: 'call.rejected', id: `cc:call_rejected:124:${later(20)}`, ...byCalled },
  call_unanswered: { type: 'call.unanswered', ...byCaller },
  call_busy: { type: 'call.busy', ...byCalled },
  call_started: { type: 'call.ongoing', id: `cc:call_started:v1.123.aik2:${later(5)}`, sentAt: later(5), ...byCaller },
  call_ended: { type: 'call.ended', id: `cc:call_ended:v1.123.aik2:${later(90)}`, sentAt: later(90), ...byCaller },
  message_read_receipt: { type: 'message.read', ...reads },
  legacy_read_receipt: { type: 'message.read', ...reads },
  user_blocked: { type: 'user.blocked', sender: andrew, members: [george] },
  user_unblocked: { type: 'user.unblocked', sender: andrew, members: [george] },
};

const named = Object.entries(SAMPLES) as [keyof typeof SAMPLES, unknown][];

test.each(named)('%s becomes a valid event of ours', (name, body) => {
  const event = translated(body);
  expect(event).toMatchObject(EXPECTED[name]);
  expect(Event.safeParse(event).error).toBeUndefined();
});

test.each(named)('%s delivered twice has one id', (_, body) => {
  expect(translated(structuredClone(body)).id).toBe(translated(body).id);
});

test('no two things that happen share an id', () => {
  const same = ['user_mentioned', 'after_message', 'legacy_read_receipt'];
  const ids = named.filter(([name]) => !same.includes(name)).map(([, body]) => translated(body).id);
  expect(new Set(ids).size).toBe(ids.length);
});

test.each(IGNORED.map((body) => [body.trigger, body] as const))('%s is accepted and ignored', (_, body) => {
  expect(translate(body)).toEqual({ events: [], reason: 'ignored' });
});

test('only reactions and calls under way ask for what they leave out', () => {
  const asks = Object.fromEntries(named.map(([name, body]) => [name, needsOf(body)]).filter(([, needs]) => needs));
  const lastCall = { kind: 'last_call', conversationId: `${ANDREW.uid}_user_${GEORGE.uid}` };
  expect(asks).toEqual({
    message_reaction_added: { kind: 'message', messageId: '101' },
    message_reaction_removed: { kind: 'message', messageId: '101' },
    call_cancelled: lastCall,
    call_rejected: lastCall,
    call_unanswered: lastCall,
    call_busy: lastCall,
    call_started: { kind: 'session', sessionId: 'v1.123.aik2' },
    call_ended: { kind: 'session', sessionId: 'v1.123.aik2' },
  });
});
