import { describe, expect, test } from '@jest/globals';
import type { NotifyingEvent, Profiles } from '../../src/index.ts';
import { checked, GROUP_ACTIONS, type Posted, posted } from '../support/sample-events.ts';
import { details } from './render-context.ts';

const BOB = { uid: 'bob', name: 'Bob', scope: 'admin', oldScope: 'participant' };
const CAROL = { uid: 'carol', name: 'Carol' };
const DAVE = { uid: 'dave', name: 'Dave' };
const ERIN = { uid: 'erin', name: 'Erin' };
const FRANK = { uid: 'frank', name: 'Frank' };

function body(type: Posted['type'], members: object[], profiles: Profiles = {}, sender: object = { uid: 'alice' }) {
  const event = checked(posted(type, { members, sender })) as NotifyingEvent;
  return details(event, { profiles, recipient: { uid: 'zoe' } }).body;
}

const VERBS: [type: Posted['type'], one: string, many: string][] = [
  ['group.member_joined', 'has joined', 'have joined'],
  ['group.member_left', 'has left', 'have left'],
  ['group.member_added', 'has been added', 'have been added'],
  ['group.member_kicked', 'has been kicked', 'have been kicked'],
  ['group.member_banned', 'has been banned', 'have been banned'],
  ['group.member_unbanned', 'has been unbanned', 'have been unbanned'],
  ['group.member_scope_changed', 'has been made admin', 'have been made admin'],
];

test('every group action has its words', () => {
  expect(VERBS.map(([type]) => type)).toEqual(GROUP_ACTIONS);
});

describe.each(VERBS)('%s', (type, one, many) => {
  test.each([
    [1, [BOB], `Bob ${one}`],
    [2, [BOB, CAROL], `Bob and Carol ${many}`],
    [3, [BOB, CAROL, DAVE], `Bob, Carol and Dave ${many}`],
    [4, [BOB, CAROL, DAVE, ERIN], `Bob, Carol and 2 others ${many}`],
    [5, [BOB, CAROL, DAVE, ERIN, FRANK], `Bob, Carol and 3 others ${many}`],
  ])('of %d reads well', (_, members, says) => {
    expect(body(type, members)).toBe(says);
  });
});

describe('a member', () => {
  test('is named by the event, else as registered, else by uid', () => {
    const members = { bob: { name: 'Robert' }, carol: { name: 'Caroline' } };
    expect(body('group.member_added', [BOB, { uid: 'carol' }, { uid: 'dave' }], { members })).toBe(
      'Bob, Caroline and dave have been added',
    );
  });

  test('who is also the sender is named like the sender', () => {
    const sender = { uid: 'bob', name: 'Bobby' };
    expect(body('group.member_left', [{ uid: 'bob' }], {}, sender)).toBe('Bobby has left');
  });

  test.each(['constructor', 'toString', '__proto__'])(
    'without a name whose uid is "%s" is shown by that uid',
    (uid) => {
      expect(body('group.member_left', [{ uid }], { members: {} })).toBe(`${uid} has left`);
    },
  );

  test('without a stated new scope is a member', () => {
    expect(body('group.member_scope_changed', [CAROL])).toBe('Carol has been made member');
  });
});
