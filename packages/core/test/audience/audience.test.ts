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
const people = (...uids: string[]) => ({ kind: 'people', uids });

/** Whom an event is for in the end; of a group, those of `members`. */
function told(subject: Event, members: string[], settings = effectiveSettings({})): string[] {
  const audience = audienceOf(subject, settings);
  const all = audience.kind === 'people' ? audience.uids : audience.kind === 'none' ? [] : members;
  const excluded = excludedFrom(subject);
  return all.filter((uid) => !excluded.has(uid));
}

describe('the audience', () => {
  test('of a message or a call to a person is that person', () => {
    expect(audienceOf(event('message.sent'), DEFAULT_SETTINGS)).toEqual(people('bob'));
    expect(audienceOf(event('call.initiated'), DEFAULT_SETTINGS)).toEqual(people('bob'));
  });

  test.each(['call.ongoing', 'call.rejected', 'call.busy', 'call.cancelled', 'call.unanswered', 'call.ended'] as const)(
    'of %s includes the sender: it may have rung on their other devices',
    (type) => {
      const later = event(type);
      expect(audienceOf(later, DEFAULT_SETTINGS)).toEqual(people('alice', 'bob'));
      expect(told(later, [])).toEqual(['alice', 'bob']);
      expect(told(event(type, GROUP), ['alice', 'bob', 'carol'])).toEqual(['alice', 'bob', 'carol']);
      expect(told(event(type, { recipients: ['bob', 'carol'] }), [])).toEqual(['bob', 'carol']);
    },
  );

  test('of a ring between two is the other', () => {
    expect(told(event('call.initiated'), [])).toEqual(['bob']);
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
      [2, false, people('carol')],
      [1, false, people('carol')],
      [3, false, hiking],
      [2, true, { kind: 'reaction', guid: 'hiking', author: 'carol' }],
      [1, true, { kind: 'reaction', guid: 'hiking', author: 'carol' }],
    ])(
      'in a group is the author and who asked for all, or everybody: the app says %i, people may choose: %s',
      (setting, override, audience) => {
        expect(audienceOf(event(type, toCarol), settings(setting, override))).toEqual(audience);
      },
    );

    test('in a group, of an author who is not said, is nobody, who asked for all, or all', () => {
      expect(audienceOf(event(type, { ...GROUP, reaction }), settings(2, false))).toEqual({ kind: 'none' });
      const followers = { kind: 'reaction', guid: 'hiking' };
      expect(audienceOf(event(type, { ...GROUP, reaction }), settings(2, true))).toEqual(followers);
      expect(audienceOf(event(type, { ...GROUP, reaction }), settings(3, false))).toEqual(hiking);
    });

    test('in a 1:1 is the other person', () => {
      expect(audienceOf(event(type, { reaction }), settings(2, true))).toEqual(people('bob'));
      expect(audienceOf(event(type, { reaction: toCarol.reaction }), settings(2, true))).toEqual(people('bob'));
    });
  });

  // CometChat once told every member of every reaction (its changelog, v1.6.12).
  test('of a reaction in a group: by default only the author of the message hears of it, whoever is asked', () => {
    const settings = effectiveSettings({});
    const added = event('reaction.added', { ...GROUP, reaction: { ...reaction, messageSender: 'carol' } });
    const decide = decider(added, { settings, pushEnabled: true, groupTooLarge: false, now: added.sentAt });
    const heard = told(added, ['alice', 'bob', 'carol', 'dave'], settings).filter(
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
    expect(heard).toEqual(['carol']);
  });

  test.each(['message.read', 'user.blocked', 'user.unblocked'] as const)('of %s is nobody', (type) => {
    expect(audienceOf(checked({ ...smallest(type), recipients: ['bob'] }), DEFAULT_SETTINGS)).toEqual({ kind: 'none' });
  });

  test('is exactly the recipients when they are named, sorted and each once', () => {
    const recipients = ['dave', 'Carol', 'bob', 'dave'];
    expect(audienceOf(event('message.sent', { ...GROUP, recipients }), DEFAULT_SETTINGS)).toEqual(
      people('Carol', 'bob', 'dave'),
    );
    expect(audienceOf(event('reaction.added', { recipients }), DEFAULT_SETTINGS)).toEqual(
      people('Carol', 'bob', 'dave'),
    );
  });

  test('is sorted as Redis sorts, byte by byte, so that a slice begins where the last one ended', () => {
    fc.assert(
      fc.property(anyEvent, (subject) => {
        const audience = audienceOf(subject, DEFAULT_SETTINGS);
        const uids = audience.kind === 'people' ? audience.uids : [];
        expect(uids).toEqual([...new Set(uids)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
    );
  });
});

describe('left out', () => {
  test('is who acted, always, also when named as a recipient; but of a state of a call after its ring', () => {
    fc.assert(
      fc.property(anyEvent, (subject) => {
        fc.pre(!followsRing(subject));
        expect(told(subject, ['alice', subject.sender.uid])).not.toContain(subject.sender.uid);
      }),
    );
  });

  test('is the author who reacts to a message of their own', () => {
    const own = event('reaction.added', { ...GROUP, reaction: { ...reaction, messageSender: 'alice' } });
    expect(told(own, ['alice'])).toEqual([]);
    expect(told(own, [], effectiveSettings({ preferences: { group: { reactionsOverride: false } } }))).toEqual([]);
  });

  test.each(GROUP_ACTIONS.map((type) => [type, /left|kicked|banned/.test(type) && !/unbanned/.test(type)] as const))(
    'is the member of %s: %s',
    (type, left) => {
      const members = ['alice', 'bob', 'carol'];
      expect(told(checked(smallest(type)), members)).toEqual(left ? ['bob'] : ['bob', 'carol']);
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
