import { describe, expect, test } from '@jest/globals';
import { namedUsers } from '../../src/index.ts';
import { event } from '../support/sample-events.ts';

const named = (fields: object): string[] =>
  [...namedUsers(event('message.sent', { recipients: undefined, message: { id: '101', ...fields } }))].sort();

describe('the people an event makes known', () => {
  test('are its sender, its receiver, and those whom its fields name', () => {
    const others = named({});
    expect(named({ quotedSender: 'quoted', mentions: ['mentioned'] })).toEqual(
      [...others, 'mentioned', 'quoted'].sort(),
    );
  });

  test('are not those whom only a text names, which anybody may write', () => {
    expect(named({ text: 'hi <@uid:ghost1> <@uid:ghost2>' })).toEqual(named({}));
  });
});
