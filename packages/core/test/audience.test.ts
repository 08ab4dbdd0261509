import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { audienceOf, type Event, excludedFrom, membershipChange } from '../src/index.ts';
import { anyEvent, checked, event, GROUP_ACTIONS, smallest } from './sample-events.ts';

const GROUP = { conversation: { type: 'group', id: 'hiking' } };
const reaction = { id: '58', reaction: '😎', messageId: '101' };
const people = (...uids: string[]) => ({ kind: 'people', uids });

/** Whom an event is for in the end; of a group, those of `members`. */
function told(subject: Event, members: string[]): string[] {
  const audience = audienceOf(subject);
  const all = audience.kind === 'people' ? audience.uids : audience.kind === 'group' ? members : [];
  const excluded = excludedFrom(subject);
  return all.filter((uid) => !excluded.has(uid));
}

describe('the audience', () => {
  test('of a message or a call to a person is that person', () => {
    expect(audienceOf(event('message.sent'))).toEqual(people('bob'));
    expect(audienceOf(event('call.initiated'))).toEqual(people('bob'));
  });

  test('of a message, a call or an action in a group is the group', () => {
    expect(audienceOf(event('message.sent', GROUP))).toEqual({ kind: 'group', guid: 'hiking' });
    expect(audienceOf(event('call.initiated', GROUP))).toEqual({ kind: 'group', guid: 'hiking' });
    expect(audienceOf(event('group.member_joined'))).toEqual({ kind: 'group', guid: 'hiking' });
  });

  test('of a reaction is the author of the message', () => {
    const added = { ...GROUP, reaction: { ...reaction, messageSender: 'carol' } };
    expect(audienceOf(event('reaction.added', added))).toEqual(people('carol'));
  });

  test('of a reaction whose author is not said is the other person in a 1:1, and nobody in a group', () => {
    expect(audienceOf(event('reaction.added', { reaction }))).toEqual(people('bob'));
    expect(audienceOf(event('reaction.added', { ...GROUP, reaction }))).toEqual({ kind: 'none' });
  });

  test.each(['message.read', 'reaction.removed', 'user.blocked', 'user.unblocked'] as const)(
    'of %s is nobody',
    (type) => {
      expect(audienceOf(checked({ ...smallest(type), recipients: ['bob'] }))).toEqual({ kind: 'none' });
    },
  );

  test('is exactly the recipients when they are named, sorted and each once', () => {
    const recipients = ['dave', 'Carol', 'bob', 'dave'];
    expect(audienceOf(event('message.sent', { ...GROUP, recipients }))).toEqual(people('Carol', 'bob', 'dave'));
    expect(audienceOf(event('reaction.added', { recipients }))).toEqual(people('Carol', 'bob', 'dave'));
  });

  test('is sorted as Redis sorts, byte by byte, so that a slice begins where the last one ended', () => {
    fc.assert(
      fc.property(anyEvent, (subject) => {
        const audience = audienceOf(subject);
        const uids = audience.kind === 'people' ? audience.uids : [];
        expect(uids).toEqual([...new Set(uids)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
    );
  });
});

describe('left out', () => {
  test('is who acted, always, also when named as a recipient', () => {
    fc.assert(
      fc.property(anyEvent, (subject) => {
        expect(told(subject, ['alice', subject.sender.uid])).not.toContain(subject.sender.uid);
      }),
    );
  });

  test('is the author who reacts to a message of their own', () => {
    const own = event('reaction.added', { reaction: { ...reaction, messageSender: 'alice' } });
    expect(told(own, [])).toEqual([]);
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
