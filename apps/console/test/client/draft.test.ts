import { Event } from '@fanfare/core';
import { expect, test } from '@jest/globals';
import { type Draft, draftOf, eventOf, FIRST_DRAFT, KINDS, renewed } from '../../src/client/pages/playground/draft.ts';
import { curlOf } from '../../src/client/pages/playground/snippets.ts';

const STAMP = { run: 'r1', sentAt: 1_700_000_000_000 };
const FILLED: Draft = { ...FIRST_DRAFT, messageId: 'm-1', sessionId: 's-1' };
const KIND_NAMES = Object.keys(KINDS) as Draft['kind'][];

test.each(KIND_NAMES)('the form writes a %s that the API takes, and reads it back from JSON', (kind) => {
  const draft = { ...FILLED, kind };
  const event = eventOf(draft, STAMP);
  expect(Event.safeParse(event).error).toBeUndefined();
  const again = draftOf(JSON.parse(JSON.stringify(event)), FIRST_DRAFT);
  expect(again && eventOf(again, STAMP)).toEqual(event);
});

test('an event with a field that the form lacks stays JSON', () => {
  const event = eventOf(FIRST_DRAFT, STAMP);
  expect(draftOf({ ...event, custom: { a: 1 } }, FIRST_DRAFT)).toBeUndefined();
});

test('sent again, it is a new event with a new message', () => {
  const event = renewed(eventOf(FIRST_DRAFT, STAMP), { run: 'r2', sentAt: 2 });
  expect(event).toMatchObject({ id: 'console-r2', sentAt: 2, message: { id: 'message-r2', text: FIRST_DRAFT.text } });
});

test("a quote in the text does not end the shell's string", () => {
  const command = curlOf('http://127.0.0.1:8080', eventOf({ ...FIRST_DRAFT, text: "it's" }, STAMP));
  expect(command).toContain(`"text": "it'\\''s"`);
});
