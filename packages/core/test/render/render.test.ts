import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isGroupAction, isNotifying, type NotifyingEvent } from '../../src/index.ts';
import { anyEvent, anyUid, CALLS, checked, event, posted } from '../support/sample-events.ts';
import { details as detailsFor } from './render-context.ts';

const ALICE = { uid: 'alice', name: 'Alice' };
const HIKING = { type: 'group', id: 'hiking', name: 'Hiking group', avatar: 'https://example.com/hiking.png' };
const IN_GROUP = { sender: ALICE, conversation: HIKING };
const call = { sessionId: 'v1.us.1', type: 'video' };
const reaction = { id: '58', reaction: '😎', messageId: '101', messageSender: 'carol' };

const render = (subject: NotifyingEvent, recipient = 'bob') => detailsFor(subject, { recipient: { uid: recipient } });
const text = (fields: object) => render(event('message.sent', { message: { id: '101', ...fields } })).body;

describe('the title', () => {
  test('of anything in a 1:1 is the sender', () => {
    const subjects = [
      event('message.sent', { sender: ALICE }),
      event('reaction.added', { sender: ALICE }),
      event('call.initiated', { sender: ALICE }),
    ];
    expect(subjects.map((subject) => render(subject).title)).toEqual(['Alice', 'Alice', 'Alice']);
  });

  test('of a message in a group is "{sender} @ {group}"', () => {
    expect(render(event('message.sent', IN_GROUP)).title).toBe('Alice @ Hiking group');
    expect(render(event('message.edited', IN_GROUP)).title).toBe('Alice @ Hiking group');
  });

  test('of a reaction or a call in a group is the sender, of a group action the group', () => {
    expect(render(event('reaction.added', { ...IN_GROUP, reaction })).title).toBe('Alice');
    expect(render(event('call.initiated', IN_GROUP)).title).toBe('Alice');
    expect(render(event('group.member_left', IN_GROUP)).title).toBe('Hiking group');
  });
});

describe('the body', () => {
  test('of a text is the text', () => {
    expect(text({ text: 'hi 👋' })).toBe('hi 👋');
    expect(render(event('message.edited', { message: { id: '101', text: 'new text' } })).body).toBe('new text');
  });

  test.each([
    ['image', '📷 Has sent an image'],
    ['audio', '🔈 Has sent an audio'],
    ['video', '🎥 Has sent a video'],
    ['file', '📄 Has sent a file'],
  ])('of an %s is %s, with a caption or without', (type, body) => {
    expect(text({ type })).toBe(body);
    expect(text({ type, text: 'caption' })).toBe(body);
  });

  test.each(['location', 'constructor', 'toString', '__proto__'])(
    'of a "%s" of the backend\'s own is its text, else "New message"',
    (type) => {
      expect(text({ category: 'custom', sendNotification: true, type, text: 'Where?' })).toBe('Where?');
      expect(text({ category: 'custom', sendNotification: true, type })).toBe('New message');
    },
  );

  test('of a deleted message does not reveal what it was', () => {
    const subject = event('message.deleted', { message: { id: '101', text: 'secret', type: 'image' } });
    expect(render(subject).body).toBe('This message was deleted');
  });

  test('of a call says which kind', () => {
    expect(render(event('call.initiated', { call })).body).toBe('VIDEO CALL');
    expect(render(event('call.ended', { call: { ...call, type: 'audio' } })).body).toBe('AUDIO CALL');
  });
});

describe('the names and pictures', () => {
  const profiles = {
    sender: { name: 'Registered Alice', avatar: 'https://example.com/a.png' },
    receiver: { name: 'Registered Bob', avatar: 'https://example.com/b.png' },
  };

  test('come from the event before those registered', () => {
    const sender = { uid: 'alice', name: 'Alice', avatar: 'https://example.com/alice.png' };
    const conversation = { type: 'user', id: 'bob', name: 'Bob', avatar: 'https://example.com/bob.png' };
    expect(detailsFor(event('message.sent', { sender, conversation }), { profiles })).toMatchObject({
      senderName: 'Alice',
      senderAvatar: sender.avatar,
      receiverName: 'Bob',
      receiverAvatar: conversation.avatar,
    });
  });

  test('are the registered ones when the event has none', () => {
    expect(detailsFor(event('message.sent'), { profiles })).toMatchObject({
      title: 'Registered Alice',
      senderAvatar: 'https://example.com/a.png',
      receiverName: 'Registered Bob',
      receiverAvatar: 'https://example.com/b.png',
    });
  });

  test('are the ids, and no pictures, when unknown', () => {
    const details = render(event('message.sent'));
    expect(details).toMatchObject({ title: 'alice', senderName: 'alice', receiver: 'bob', receiverName: 'bob' });
    expect(Object.keys(details).filter((key) => key.endsWith('Avatar'))).toEqual([]);
  });

  test('are never those of the other user in the conversation when another recipient is notified', () => {
    const conversation = { type: 'user', id: 'bob', name: 'Bob', avatar: 'https://example.com/bob.png' };
    const subject = event('message.sent', { conversation, recipients: ['carol'] });
    expect(render(subject, 'carol')).toMatchObject({ receiver: 'carol', receiverName: 'carol' });
    expect(render(subject, 'carol')).not.toHaveProperty('receiverAvatar');
    expect(detailsFor(subject, { recipient: { uid: 'carol', name: 'Carol' } }).receiverName).toBe('Carol');
  });

  test('of a group are the same for every member, and the receiver is the group', () => {
    const details = render(event('message.sent', IN_GROUP), 'carol');
    expect(details).toMatchObject({
      receiver: 'hiking',
      receiverName: 'Hiking group',
      receiverAvatar: HIKING.avatar,
      receiverType: 'group',
      conversationId: 'group_hiking',
    });
  });
});

describe('the tag', () => {
  test('of a message, its edits and its deletion is the id of the message', () => {
    const types = ['message.sent', 'message.edited', 'message.deleted'] as const;
    expect(types.map((type) => render(event(type)).tag)).toEqual(['101', '101', '101']);
  });

  test('of a reaction is its id, of a group action the guid, of a call its id, else its session', () => {
    expect(render(event('reaction.added')).tag).toBe('58');
    expect(render(event('group.member_joined')).tag).toBe('hiking');
    expect(render(event('call.initiated', { call: { ...call, id: '120' } })).tag).toBe('120');
    expect(render(event('call.initiated', { call })).tag).toBe('v1.us.1');
  });
});

test.each(CALLS)('%s says what the call does now, and which call it is', (type) => {
  expect(render(checked(posted(type, { call })) as NotifyingEvent)).toMatchObject({
    type: 'call',
    callAction: type.slice('call.'.length),
    sessionId: 'v1.us.1',
    callType: 'video',
  });
});

test('every notification is plain text, whatever the event, users and groups', () => {
  fc.assert(
    fc.property(anyEvent.filter(isNotifying), anyUid, (subject, recipient) => {
      const details = detailsFor(subject, { recipient: { uid: recipient } });
      expect(Object.entries(details).filter(([, value]) => typeof value !== 'string')).toEqual([]);
      expect(details.receiver).toBe(subject.conversation.type === 'group' ? subject.conversation.id : recipient);
      expect(details.title).not.toBe('');
      if (isGroupAction(subject)) expect(details.body).toContain(subject.members[0]?.uid);
    }),
  );
});
