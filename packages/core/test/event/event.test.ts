import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  conversationId,
  conversationKey,
  EVENT_TYPES,
  type EventType,
  isNotifying,
  parseEvent,
} from '../../src/index.ts';
import { anyUid, checked, event, posted, smallest } from '../support/sample-events.ts';

test('a chat backend may post these types and no others', () => {
  expect(EVENT_TYPES).toEqual([
    'message.sent',
    'message.edited',
    'message.deleted',
    'message.read',
    'reaction.added',
    'reaction.removed',
    'group.member_joined',
    'group.member_left',
    'group.member_added',
    'group.member_kicked',
    'group.member_banned',
    'group.member_unbanned',
    'group.member_scope_changed',
    'call.initiated',
    'call.ongoing',
    'call.cancelled',
    'call.rejected',
    'call.unanswered',
    'call.busy',
    'call.ended',
    'user.blocked',
    'user.unblocked',
  ]);
});

describe.each(EVENT_TYPES.map((type) => [type]))('%s', (type) => {
  test('is accepted with only its required fields', () => {
    expect(parseEvent(smallest(type))).toMatchObject({ ok: true, event: smallest(type) });
  });

  test('may name its recipients and carry custom JSON', () => {
    const more = { recipients: ['bob'], custom: { deep: [{ link: 1 }] } };
    expect(parseEvent(posted(type, more))).toMatchObject({ ok: true, event: more });
  });
});

test('a message is a text of the category "message" by default', () => {
  expect(event('message.sent').message).toEqual({ id: '101', category: 'message', type: 'text' });
});

test('a message keeps every documented field', () => {
  const message = {
    id: '101',
    category: 'custom',
    type: 'extension_poll',
    text: 'hi <@uid:bob>',
    parentId: '90',
    quotedMessageId: '88',
    quotedSender: 'carol',
    mentions: ['bob'],
    mentionsAll: false,
    sendNotification: true,
    metadata: { any: ['thing'] },
    object: { any: null },
  };
  expect(event('message.sent', { message }).message).toEqual(message);
});

describe('who is notified', () => {
  const silent: EventType[] = ['message.read', 'user.blocked', 'user.unblocked'];

  test.each(EVENT_TYPES.map((type) => [type, !silent.includes(type)] as const))('%s notifies: %s', (type, notifies) => {
    expect(isNotifying(checked(smallest(type)))).toBe(notifies);
  });

  test.each([
    [{ category: 'custom' }, false],
    [{ category: 'custom', sendNotification: false }, false],
    [{ category: 'custom', sendNotification: true }, true],
    [{ category: 'interactive' }, true],
    [{ category: 'message', sendNotification: false }, false],
    [{ category: 'interactive', sendNotification: false }, false],
    [{ category: 'message', sendNotification: true }, true],
  ])('a message with %j notifies: %s', (fields, notifies) => {
    expect(isNotifying(event('message.sent', { message: { id: '101', ...fields } }))).toBe(notifies);
  });

  test.each(['message.edited', 'message.deleted'] as const)(
    'a custom message that is %s notifies the recipients of the original without saying so',
    (type) => {
      expect(isNotifying(event(type, { message: { id: '101', category: 'custom' } }))).toBe(true);
    },
  );
});

describe('the id of a conversation', () => {
  test('names both users of a 1:1, the smaller uid first, or the group', () => {
    expect(conversationId('bob', { type: 'user', id: 'alice' })).toBe('alice_user_bob');
    expect(conversationId('alice', { type: 'user', id: 'Bob' })).toBe('Bob_user_alice');
    expect(conversationId('alice', { type: 'group', id: 'hiking' })).toBe('group_hiking');
  });

  test('is the same for both senders', () => {
    fc.assert(
      fc.property(anyUid, anyUid, (a, b) => {
        expect(conversationId(a, { type: 'user', id: b })).toBe(conversationId(b, { type: 'user', id: a }));
      }),
    );
  });

  test('is the key that keeps all events of the conversation together', () => {
    expect(conversationKey(event('call.initiated'))).toBe('alice_user_bob');
    expect(conversationKey(event('group.member_left'))).toBe('group_hiking');
    expect(conversationKey(checked(smallest('user.blocked')))).toBe('user_alice');
  });
});
