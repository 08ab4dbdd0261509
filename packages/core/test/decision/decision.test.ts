import { describe, expect, test } from '@jest/globals';
import { type DecisionContext, decider, effectiveSettings, SUPPRESSION_REASONS } from '../../src/index.ts';
import { appWith, bob, decide, GROUP, NOW, no, SEND } from '../support/decisions.ts';
import { event } from '../support/sample-events.ts';

const context = (more: Partial<DecisionContext>): DecisionContext => ({
  pushEnabled: true,
  groupTooLarge: false,
  settings: effectiveSettings({}),
  now: NOW,
  ...more,
});

const message = (fields: object = {}) => event('message.sent', { ...GROUP, message: { id: '101', ...fields } });

/** Bob, with every reason for quiet set. */
const quiet = bob({
  preferences: {
    groupPreferences: { groupMessages: 1 },
    mutePreferences: { dnd: 2, schedule: { monday: { dnd: true } } },
  },
  mutedUntil: null,
});

test('without any settings a message is sent', () => {
  expect(decide(message())).toEqual(SEND);
  expect(decide(event('message.sent'))).toEqual(SEND);
});

const { mutePreferences = {} } = quiet.preferences ?? {};
const { dnd: _dnd, ...schedule } = mutePreferences;

test.each([
  ['PUSH_DISABLED', undefined, { pushEnabled: false, groupTooLarge: true }, quiet],
  ['GROUP_TOO_LARGE', undefined, { groupTooLarge: true }, quiet],
  ['MESSAGES_PREFERENCE', '1', {}, quiet],
  ['DND_PREFERENCE', undefined, {}, { ...quiet, preferences: { mutePreferences } }],
  ['MUTE_PREFERENCE', 'forever', {}, { ...quiet, preferences: { mutePreferences: schedule } }],
  ['SCHEDULE_PREFERENCE', 'monday dnd UTC', {}, bob({ preferences: { mutePreferences: schedule } })],
] as const)('%s goes before all that follows', (reason, detail, limits, recipient) => {
  expect(decider(message(), context(limits))(recipient)).toEqual(no(reason, detail));
});

describe('a mention bypasses Do Not Disturb, mute and schedule', () => {
  const asleep = { ...quiet, preferences: { mutePreferences: quiet.preferences?.mutePreferences ?? {} } };
  const ofBob = appWith({ bypassPreferencesForMentions: true });
  const ofAll = appWith({ bypassPreferencesForAllMention: true });
  const kept = no('DND_PREFERENCE');

  test.each([
    ['of the recipient', { mentions: ['bob'] }, SEND, kept],
    ['of the recipient in the text', { text: '<@uid:bob>' }, SEND, kept],
    ['of another', { mentions: ['carol'] }, kept, kept],
    ['of all', { mentionsAll: true }, kept, SEND],
    ['of all in the text', { text: '<@all:team>' }, kept, SEND],
    ['in a reply', { mentions: ['bob'], parentId: '90' }, SEND, kept],
    ['in a quoted reply', { mentions: ['bob'], quotedMessageId: '88' }, SEND, kept],
    ['of no one', {}, kept, kept],
  ])('%s, where the app says so', (_of, fields, whenOfBob, whenOfAll) => {
    expect(decide(message(fields), {}, asleep)).toEqual(kept);
    expect(decide(message(fields), ofBob, asleep)).toEqual(whenOfBob);
    expect(decide(message(fields), ofAll, asleep)).toEqual(whenOfAll);
  });

  test('but not the preference for messages', () => {
    const both = appWith({ bypassPreferencesForMentions: true, bypassPreferencesForAllMention: true });
    const mention = message({ mentions: ['bob'], mentionsAll: true });
    expect(decide(mention, both, quiet)).toEqual(no('MESSAGES_PREFERENCE', '1'));
  });
});

test('a decision about a recipient does not depend on earlier decisions', () => {
  const decideFor = decider(
    message({ mentions: ['bob'] }),
    context({ settings: effectiveSettings(appWith({ group: { messagesSetting: 3 } })) }),
  );
  const carol = bob({ uid: 'carol' });
  const answers = [bob(), carol, bob(), carol].map(decideFor);
  expect(answers).toEqual([SEND, no('MESSAGES_PREFERENCE', '3'), SEND, no('MESSAGES_PREFERENCE', '3')]);
});

test("the reasons are CometChat's words, in its order, then ours", () => {
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
    'MODERATION_DISAPPROVED',
    'MODERATION_PENDING',
    'REACTION_REMOVED',
  ]);
});
