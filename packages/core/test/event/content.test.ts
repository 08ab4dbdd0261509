import { expect, test } from '@jest/globals';
import { parseEvent, withoutContent } from '../../src/index.ts';

function parsed(input: object) {
  const result = parseEvent(input);
  if (!result.ok) throw result.error;
  return result.event;
}

const base = { id: 'e', sentAt: 1_741_847_453_000, sender: { uid: 'ann' }, conversation: { type: 'user', id: 'bob' } };

test('a message loses its text, its objects and the custom JSON, and stays a valid event', () => {
  const message = { id: '1', type: 'text', parentId: '7', mentions: ['bob'] };
  const content = { text: 'hello', metadata: { a: 1 }, object: { b: 2 } };
  const event = parsed({
    ...{ ...base, type: 'message.sent', custom: { c: 3 } },
    message: { ...message, ...content },
  });
  expect(withoutContent(event)).toEqual(parsed({ ...base, type: 'message.sent', message }));
});

test('a call stays as it is, without the custom JSON', () => {
  const call = { sessionId: 's', type: 'audio' };
  const event = parsed({ ...base, type: 'call.initiated', call, custom: { c: 3 } });
  expect(withoutContent(event)).toEqual(parsed({ ...base, type: 'call.initiated', call }));
});
