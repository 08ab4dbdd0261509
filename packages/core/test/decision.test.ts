import { expect, test } from '@jest/globals';
import { decide, SUPPRESSION_REASONS } from '../src/index.ts';
import { event } from './sample-events.ts';

test('someone is told of an event', () => {
  expect(decide(event('message.sent'), { pushEnabled: true, groupTooLarge: false })).toEqual({ send: true });
});

test('nobody is told when push is off for the app, whatever else there is against it', () => {
  const no = { send: false, reason: 'PUSH_DISABLED' };
  expect(decide(event('message.sent'), { pushEnabled: false, groupTooLarge: false })).toEqual(no);
  expect(decide(event('message.sent'), { pushEnabled: false, groupTooLarge: true })).toEqual(no);
});

test('nobody is told in a group that is larger than the app allows', () => {
  const no = { send: false, reason: 'GROUP_TOO_LARGE' };
  expect(decide(event('message.sent'), { pushEnabled: true, groupTooLarge: true })).toEqual(no);
});

test("the reasons are CometChat's words, in its order, and then ours", () => {
  expect(SUPPRESSION_REASONS).toEqual([
    'MESSAGES_PREFERENCE',
    'REPLIES_PREFERENCE',
    'QUOTED_REPLIES_PREFERENCE',
    'MESSAGE_ACTIONS_PREFERENCE',
    'REACTIONS_PREFERENCE',
    'GROUP_ACTIONS_PREFERENCE',
    'DND_PREFERENCE',
    'MUTE_PREFERENCE',
    'SCHEDULE_PREFERENCE',
    'CALL_PREFERENCE',
    'INVALID_PUSH_PROVIDER_ID',
    'PUSH_DISABLED',
    'GROUP_TOO_LARGE',
    'NO_TARGET',
  ]);
});
