import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  audienceOf,
  DEFAULT_SETTINGS,
  decider,
  type Event,
  effectiveSettings,
  excludedFrom,
  followsRing,
  membershipChange,
} from '../../src/index.ts';
import { anyEvent, checked, event, GROUP_ACTIONS, smallest } from '../support/sample-events.ts';

const GROUP = { conversation: { type: 'group', id: 'hiking' } };
const reaction = { id: '58', reaction: '😎', messageId: '101' };
const users = (...uids: string[]) => ({ kind: 'users', uids });

/** The recipients of an event in the end; in a group, those of `members`. */
function notified(subject: Event, members: string[], settings = effectiveSettings({})): string[] {
  const audience = audienceOf(subject, settings);
  const all = audience.kind === 'users' ? audience.uids : audience.kind === 'none' ? [] : members;
  const excluded = excludedFrom(subject);
  return all.filter((uid) => !excluded.has(uid));
}

describe('the audience', () => {
  test('of a message or a call to a user is that user', () => {
    expect(audienceOf(event('message.sent'), DEFAULT_SETTINGS)).toEqual(users('bob'));
    expect(audienceOf(event('call.initiated'), DEFAULT_SETTINGS)).toEqual(users('bob'));
  });

  test.each(['call.ongoing', 'call.rejected', 'call.busy', 'call.cancelled', 'call.unanswered', 'call.ended'] as const)(
    'of %s includes the sender: it may have rung on their other devices',
    (type) => {
      const later = event(type);
      expect(audienceOf(later, DEFAULT_SETTINGS)).toEqual(users('alice', 'bob'));
      expect(notified(later, [])).toEqual(['alice', 'bob']);
      expect(notified(event(type, GROUP), ['alice', 'bob', 'carol'])).toEqual(['alice', 'bob', 'carol']);
      expect(notified(event(type, { recipients: ['bob', 'carol'] }), [])).toEqual(['bob', 'carol']);
    },
  );

  test('of a ring in a 1:1 is the other user', () => {
    expect(notified(event('call.initiated'), [])).toEqual(['bob']);
  });

  test('of a message, a call or an action in a group is the group', () => {
    expect(audienceOf(event('message.sent', GROUP), DEFAULT_SETTINGS)).toEqual({ kind: 'group', guid: 'hiking' });
    expect(audienceOf(event('call.initiated', GROUP), DEFAULT_SETTINGS)).toEqual({ kind: 'group', guid: 'hiking' });
    expect(audienceOf(event('group.member_joined'), DEFAULT_SETTINGS)).toEqual({ kind: 'group', guid: 'hiking' });
  });

  describe.each(['reaction.added', 'reaction.removed'] as const)('of %s', (type) => {
    const hiking = { kind: 'group', guid: 'hiking' };
    const settings = (reactionsSetting: number, reactionsOverride: boolean) =>
      effectiveSettings({ preferences: { group: { reactionsSetting, reactionsOverride } } });
    const toCarol = { ...GROUP, reaction: { ...reaction, messageSender: 'carol' } };

    test.each([
      [2, false, users('carol')],
      [1, false, users('carol')],
      [3, false, hiking],
      [2, true, { kind: 'reaction', guid: 'hiking', author: 'carol' }],
      [1, true, { kind: 'reaction', guid: 'hiking', author: 'carol' }],
    ])(
      'in a group is the author and the members who asked for all, or all members: app value %i, override %s',
      (setting, override, audience) => {
        expect(audienceOf(event(type, toCarol), settings(setting, override))).toEqual(audience);
      },
    );

    test('in a group, with the author unknown, is no one, the members who asked for all, or all members', () => {
      expect(audienceOf(event(type, { ...GROUP, reaction }), settings(2, false))).toEqual({ kind: 'none' });
      const followers = { kind: 'reaction', guid: 'hiking' };
      expect(audienceOf(event(type, { ...GROUP, reaction }), settings(2, true))).toEqual(followers);
      expect(audienceOf(event(type, { ...GROUP, reaction }), settings(3, false))).toEqual(hiking);
    });

    test('in a 1:1 is the other user', () => {
      expect(audienceOf(event(type, { reaction }), settings(2, true))).toEqual(users('bob'));
      expect(audienceOf(event(type, { reaction: toCarol.reaction }), settings(2, true))).toEqual(users('bob'));
    });
  });

  // CometChat once notified every member of every reaction (its changelog, v1.6.12).
  test('of a reaction in a group is by default notified only if it is the author of the message', () => {
    const settings = effectiveSettings({});
    const added = event('reaction.added', { ...GROUP, reaction: { ...reaction, messageSender: 'carol' } });
    const decide = decider(added, { settings, pushEnabled: true, groupTooLarge: false, now: added.sentAt });
    const recipients = notified(added, ['alice', 'bob', 'carol', 'dave'], settings).filter(
      (uid) =>
        decide({
          uid,
          preferences: undefined,
          timezone: undefined,
          mutedUntil: undefined,
          inThread: false,
          rang: false,
        }).send,
    );
    expect(recipients).toEqual(['carol']);
  });

  test.each(['message.read', 'user.blocked', 'user.unblocked'] as const)('of %s is empty', (type) => {
    expect(audienceOf(checked({ ...smallest(type), recipients: ['bob'] }), DEFAULT_SETTINGS)).toEqual({ kind: 'none' });
  });

  test('is exactly the named recipients, sorted and unique', () => {
    const recipients = ['dave', 'Carol', 'bob', 'dave'];
    expect(audienceOf(event('message.sent', { ...GROUP, recipients }), DEFAULT_SETTINGS)).toEqual(
      users('Carol', 'bob', 'dave'),
    );
    expect(audienceOf(event('reaction.added', { recipients }), DEFAULT_SETTINGS)).toEqual(
      users('Carol', 'bob', 'dave'),
    );
  });

  test('is sorted bytewise, like in Redis, so that a slice begins where the last one ended', () => {
    fc.assert(
      fc.property(anyEvent, (subject) => {
        const audience = audienceOf(subject, DEFAULT_SETTINGS);
        const uids = audience.kind === 'users' ? audience.uids : [];
        expect(uids).toEqual([...new Set(uids)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
    );
  });
});

describe('excluded', () => {
  test('is the sender, also when named as a recipient, except of a call state after its ring', () => {
    fc.assert(
      fc.property(anyEvent, (subject) => {
        fc.pre(!followsRing(subject));
        expect(notified(subject, ['alice', subject.sender.uid])).not.toContain(subject.sender.uid);
      }),
    );
  });

  test('is an author who reacts to their own message', () => {
    const own = event('reaction.added', { ...GROUP, reaction: { ...reaction, messageSender: 'alice' } });
    expect(notified(own, ['alice'])).toEqual([]);
    expect(notified(own, [], effectiveSettings({ preferences: { group: { reactionsOverride: false } } }))).toEqual([]);
  });

  test.each(GROUP_ACTIONS.map((type) => [type, /left|kicked|banned/.test(type) && !/unbanned/.test(type)] as const))(
    'is the member of %s: %s',
    (type, left) => {
      const members = ['alice', 'bob', 'carol'];
      expect(notified(checked(smallest(type)), members)).toEqual(left ? ['bob'] : ['bob', 'carol']);
    },
  );
});

describe('the membership', () => {
  test.each([
    ['group.member_joined', { add: ['carol', 'dave'], remove: [] }],
    ['group.member_added', { add: ['carol', 'dave'], remove: [] }],
    ['group.member_left', { add: [], remove: ['carol', 'dave'] }],
    ['group.member_kicked', { add: [], remove: ['carol', 'dave'] }],
    ['group.member_banned', { add: [], remove: ['carol', 'dave'] }],
    ['group.member_unbanned', { add: [], remove: [] }],
    ['group.member_scope_changed', { add: [], remove: [] }],
    ['user.blocked', { add: [], remove: [] }],
  ] as const)('changes with %s by %j', (type, change) => {
    const members = [{ uid: 'carol' }, { uid: 'dave' }];
    expect(membershipChange(checked({ ...smallest(type), members }))).toEqual(change);
  });

  test('does not change with a message', () => {
    expect(membershipChange(event('message.sent', GROUP))).toEqual({ add: [], remove: [] });
  });
});
