import { audienceOf, DEFAULT_SETTINGS, parseEvent } from '@fanfare/core';
import { expect, test } from '@jest/globals';
import { demoEvents } from '../src/dev/demo-events.ts';

const parsed = (now: number) =>
  demoEvents(now).map(({ body }) => {
    const result = parseEvent(body);
    if (!result.ok) throw result.error;
    return result.event;
  });

test('the demo has one event of each kind', () => {
  expect(parsed(1741847453000).map((event) => [event.type, audienceOf(event, DEFAULT_SETTINGS).kind])).toEqual([
    ['message.sent', 'users'],
    ['message.sent', 'group'],
    ['reaction.added', 'users'],
    ['group.member_left', 'users'],
    ['call.initiated', 'users'],
  ]);
});

test('another start sends events with other ids', () => {
  const ids = [...parsed(1741847453000), ...parsed(1741847453001)].map((event) => event.id);
  expect(new Set(ids).size).toBe(10);
});
