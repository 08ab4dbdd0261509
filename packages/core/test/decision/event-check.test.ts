import { describe, expect, test } from '@jest/globals';
import type { EventType, NotifyingEvent } from '../../src/index.ts';
import { appWith, bob, decide, GROUP, no, preferring, SEND, userKey } from '../support/decisions.ts';
import { event, GROUP_ACTIONS } from '../support/sample-events.ts';

const SCOPES = ['group', 'oneOnOne'] as const;
const WAYS = ['app', 'own'] as const;
const EVERYWHERE = SCOPES.flatMap((scope) => WAYS.map((way) => [scope, way] as const));

const inScope = (scope: 'group' | 'oneOnOne') => (scope === 'group' ? GROUP : {});
const message = (scope: 'group' | 'oneOnOne', fields: object) =>
  event('message.sent', { ...inScope(scope), message: { id: '101', ...fields } });
const expectation = (yes: boolean, reason: Parameters<typeof no>[0], value: number) =>
  yes ? SEND : no(reason, String(value));

const REPLY = { parentId: '90' };
const QUOTE = { quotedMessageId: '88', quotedSender: 'carol' };

describe.each(EVERYWHERE)('in a conversation of kind %s, as the %s says', (scope, way) => {
  const decided = (
    subject: NotifyingEvent,
    name: 'messages' | 'replies' | 'quotedReplies',
    value: number,
    more = {},
  ) => {
    const { settings, recipient } = preferring[way](scope, name, value);
    return decide(subject, settings, { ...recipient, ...more });
  };

  test.each([
    [1, {}, false],
    [1, { mentions: ['bob'] }, false],
    [2, {}, true],
    [3, {}, false],
    [3, { mentions: ['carol'] }, false],
    [3, { mentions: ['carol', 'bob'] }, true],
    [3, { text: 'hi <@uid:bob>' }, true],
    [3, { mentionsAll: true }, true],
    [3, { text: 'hi <@all:everyone>' }, true],
  ])('messages %i: one with %j is sent: %s', (value, fields, yes) => {
    expect(decided(message(scope, fields), 'messages', value)).toEqual(expectation(yes, 'MESSAGES_PREFERENCE', value));
  });

  test.each([
    [1, {}, true, false],
    [2, {}, false, true],
    [3, {}, true, false],
    [3, { mentions: ['bob'] }, false, true],
    [3, { mentionsAll: true }, false, true],
    [4, {}, true, true],
    [4, {}, false, false],
    [4, { mentions: ['bob'] }, false, false],
  ])('replies %i: one with %j, in the thread %s, is sent: %s', (value, fields, inThread, yes) => {
    const decision = decided(message(scope, { ...REPLY, ...fields }), 'replies', value, { inThread });
    expect(decision).toEqual(expectation(yes, 'REPLIES_PREFERENCE', value));
  });

  test.each([
    [1, { quotedSender: 'bob' }, false],
    [2, {}, true],
    [3, {}, false],
    [3, { mentions: ['bob'] }, true],
    [3, { mentionsAll: true }, true],
    [4, {}, false],
    [4, { quotedSender: 'bob' }, true],
    [4, { quotedSender: undefined }, false],
    [4, { mentions: ['bob'] }, false],
  ])('quoted replies %i: one with %j is sent: %s', (value, fields, yes) => {
    const decision = decided(message(scope, { ...QUOTE, ...fields }), 'quotedReplies', value, { inThread: true });
    expect(decision).toEqual(expectation(yes, 'QUOTED_REPLIES_PREFERENCE', value));
  });

  test.each([
    [1, 'bob', false],
    [2, 'bob', true],
    [2, 'carol', false],
    [2, undefined, scope === 'oneOnOne'],
    [3, 'carol', true],
    [3, undefined, true],
  ])('reactions %i: one to a message of %s is sent: %s', (value, messageSender, yes) => {
    const { settings, recipient } = preferring[way](scope, 'reactions', value);
    const fields = { ...inScope(scope), reaction: { id: '58', reaction: '😎', messageId: '101', messageSender } };
    const decision = decide(event('reaction.added', fields), settings, recipient);
    expect(decision).toEqual(expectation(yes, 'REACTIONS_PREFERENCE', value));
  });
});

test('a reply that quotes is a quoted reply', () => {
  const both = message('group', { ...REPLY, ...QUOTE });
  expect(decide(both, appWith({ group: { repliesSetting: 1, messagesSetting: 1 } }))).toEqual(SEND);
  expect(decide(both, appWith({ group: { quotedRepliesSetting: 1 } }))).toEqual(no('QUOTED_REPLIES_PREFERENCE', '1'));
});

test('neither replies nor quotes fall under the preference for messages', () => {
  const app = appWith({ group: { messagesSetting: 1 } });
  expect(decide(message('group', REPLY), app)).toEqual(SEND);
  expect(decide(message('group', QUOTE), app)).toEqual(SEND);
});

test('group preferences do not count in a 1:1, nor the other way round', () => {
  const preferences = { groupPreferences: { groupMessages: 1 } };
  expect(decide(message('oneOnOne', {}), {}, bob({ preferences }))).toEqual(SEND);
  expect(decide(message('group', {}), {}, bob({ preferences }))).toEqual(no('MESSAGES_PREFERENCE', '1'));
  expect(decide(message('group', {}), appWith({ oneOnOne: { messagesSetting: 1 } }))).toEqual(SEND);
});

test.each(SCOPES)(
  "in a conversation of kind %s a user's own value does not count where the app does not allow it",
  (scope) => {
    const preferences = { [`${scope}Preferences`]: { [userKey(scope, 'messages')]: 1 } };
    const app = appWith({ [scope]: { messagesOverride: false } });
    expect(decide(message(scope, {}), app, bob({ preferences }))).toEqual(SEND);
  },
);

const ACTIONS = {
  'group.member_joined': 'memberJoined',
  'group.member_left': 'memberLeft',
  'group.member_added': 'memberAdded',
  'group.member_kicked': 'memberKicked',
  'group.member_banned': 'memberBanned',
  'group.member_unbanned': 'memberUnbanned',
  'group.member_scope_changed': 'memberScopeChanged',
} as const;

describe.each(Object.entries(ACTIONS))('%s', (type, name) => {
  const action = event(type as 'group.member_joined');

  test('does not notify by default', () => {
    expect(decide(action)).toEqual(no('GROUP_ACTIONS_PREFERENCE', '1'));
  });

  test.each(WAYS)('notifies when the %s says 2, and not when it says 1', (way) => {
    for (const value of [1, 2]) {
      const { settings, recipient } = preferring[way]('group', name, value);
      expect(decide(action, settings, recipient)).toEqual(expectation(value === 2, 'GROUP_ACTIONS_PREFERENCE', value));
    }
  });
});

test('every group action has a preference', () => {
  expect(new Set(Object.keys(ACTIONS))).toEqual(new Set(GROUP_ACTIONS));
});

describe.each(SCOPES)('decided by the app alone, in a conversation of kind %s', (scope) => {
  test.each([
    ['message.edited', 'messageEditedSetting'],
    ['message.deleted', 'messageDeletedSetting'],
  ] as const)('counts for %s', (type, key) => {
    const subject = event(type, inScope(scope));
    const preferences = { [`${scope}Preferences`]: { [userKey(scope, 'messages')]: 1 } };
    expect(decide(subject, {}, bob({ preferences }))).toEqual(SEND);
    expect(decide(subject, appWith({ [scope]: { [key]: 1 } }))).toEqual(no('MESSAGE_ACTIONS_PREFERENCE', '1'));
  });

  test('applies to a removed reaction, which notifies no one by default; then preferences count', () => {
    const reaction = { id: '58', reaction: '😎', messageId: '101', messageSender: 'bob' };
    const subject = event('reaction.removed', { ...inScope(scope), reaction });
    const preferences = { [`${scope}Preferences`]: { [userKey(scope, 'reactions')]: 1 } };
    expect(decide(subject)).toEqual(no('REACTION_REMOVED', '1'));
    const app = appWith({ [scope]: { reactionRemovedSetting: 2 } });
    expect(decide(subject, app)).toEqual(SEND);
    expect(decide(subject, app, bob({ preferences }))).toEqual(no('REACTIONS_PREFERENCE', '1'));
  });

  test.each(['initiated', 'ongoing', 'cancelled', 'rejected', 'unanswered', 'busy', 'ended'])(
    'counts for a call that is %s',
    (state) => {
      const subject = event(`call.${state}` as Extract<EventType, `call.${string}`>, inScope(scope));
      expect(decide(subject)).toEqual(SEND);
      expect(decide(subject, appWith({ call: { [`${state}Setting`]: 1 } }))).toEqual(no('CALL_PREFERENCE', '1'));
    },
  );
});
