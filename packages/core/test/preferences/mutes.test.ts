import { expect, test } from '@jest/globals';
import { MutableConversation, mutableConversation } from '../../src/index.ts';
import { event } from '../support/sample-events.ts';

test('a group is muted by its guid, a 1:1 by the uid of the other user: for its recipient, the sender', () => {
  const group = { conversation: { type: 'group', id: 'hiking' } };
  expect(mutableConversation(event('message.sent', group))).toEqual({ id: 'hiking', type: 'group' });
  expect(mutableConversation(event('call.initiated'))).toEqual({ id: 'alice', type: 'oneOnOne' });
});

test.each([
  [{ id: 'bob', type: 'oneOnOne' }, true],
  [{ id: 'hiking', type: 'group' }, true],
  [{ id: 'bob', type: 'user' }, false],
  [{ id: 'b b', type: 'group' }, false],
  [{ type: 'group' }, false],
])('%j can be muted: %s', (conversation, allowed) => {
  expect(MutableConversation.safeParse(conversation).success).toBe(allowed);
});
