import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { conversationId, conversationKeyOf } from '../../src/index.ts';

/** Ids made of what could be mistaken for a separator. */
const id = fc
  .array(fc.constantFrom('a', 'b', '_', '_user_', 'user', 'group_', 'group'), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join(''));
const conversation = fc.oneof(
  fc.record({ sender: id, type: fc.constant('user' as const), id }),
  fc.record({ sender: id, type: fc.constant('group' as const), id }),
);
const keyOf = ({ sender, ...rest }: { sender: string; type: 'user' | 'group'; id: string }) =>
  conversationKeyOf(sender, rest);

/** What makes two conversations the same one. */
const identity = ({ sender, type, id: other }: { sender: string; type: string; id: string }) =>
  JSON.stringify(type === 'group' ? other : [sender, other].sort());

test('two conversations have the same key only if they are the same', () => {
  fc.assert(
    fc.property(conversation, conversation, (one, other) => {
      expect(keyOf(one) === keyOf(other)).toBe(identity(one) === identity(other));
    }),
    { numRuns: 5000 },
  );
});

test('the conversations (a_user_b, c) and (a, b_user_c) share an id, and no key', () => {
  const [one, other] = [['a_user_b', 'c'] as const, ['a', 'b_user_c'] as const];
  const idOf = ([sender, uid]: readonly [string, string]) => conversationId(sender, { type: 'user', id: uid });
  expect(idOf(one)).toBe(idOf(other));
  expect(conversationKeyOf(one[0], { type: 'user', id: one[1] })).toBe('a_user_b:c');
  expect(conversationKeyOf(other[0], { type: 'user', id: other[1] })).toBe('a:b_user_c');
});

test('the key of an ordinary conversation is its id, as it always was', () => {
  expect(conversationKeyOf('bob', { type: 'user', id: 'alice' })).toBe('alice_user_bob');
  expect(conversationKeyOf('bob', { type: 'group', id: 'a_user_b' })).toBe('group_a_user_b');
});
