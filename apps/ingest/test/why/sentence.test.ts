import type { Absence } from '@fanfare/audience';
import { SUPPRESSION_REASONS, type SuppressionReason } from '@fanfare/core';
import { describe, expect, test } from '@jest/globals';
import { absenceSentence } from '../../src/why/sentence-absence.ts';
import { type DeliveryFacts, deliverySentence } from '../../src/why/sentence-delivery.ts';
import { suppressionSentence } from '../../src/why/sentence-suppression.ts';

const GROUP = { type: 'group', name: 'Hiking' } as const;
const PERSON = { type: 'user', name: 'Alice' } as const;
/** 12:30 in Tokyo, on 23 November. */
const NOW = Date.UTC(2026, 10, 23, 3, 30);
const TODAY = String(Date.UTC(2026, 10, 23, 9));
const TOMORROW = String(Date.UTC(2026, 10, 23, 15));

const SENTENCES: [SuppressionReason, string | undefined, typeof GROUP | typeof PERSON, string][] = [
  ['MESSAGES_PREFERENCE', '1', GROUP, 'Bob is not notified of messages in groups'],
  ['MESSAGES_PREFERENCE', '1', PERSON, 'Bob is not notified of messages in one-on-one conversations'],
  [
    'MESSAGES_PREFERENCE',
    '3',
    GROUP,
    'Bob is notified only of messages with a mention in groups, and this one mentions neither Bob nor everyone',
  ],
  ['MESSAGES_PREFERENCE', undefined, GROUP, "Bob's preference for messages in groups did not allow it"],
  ['REPLIES_PREFERENCE', '1', PERSON, 'Bob is not notified of replies in one-on-one conversations'],
  [
    'REPLIES_PREFERENCE',
    '3',
    GROUP,
    'Bob is notified only of replies with a mention in groups, and this one mentions neither Bob nor everyone',
  ],
  [
    'REPLIES_PREFERENCE',
    '4',
    GROUP,
    'Bob is notified only of replies in threads that Bob follows, and this thread is not one',
  ],
  ['QUOTED_REPLIES_PREFERENCE', '1', GROUP, 'Bob is not notified of quoted replies in groups'],
  [
    'QUOTED_REPLIES_PREFERENCE',
    '3',
    GROUP,
    'Bob is notified only of quoted replies with a mention in groups, and this one mentions neither Bob nor everyone',
  ],
  [
    'QUOTED_REPLIES_PREFERENCE',
    '4',
    GROUP,
    'Bob is notified only when quoted, and the event does not say that Bob was quoted',
  ],
  [
    'MESSAGE_ACTIONS_PREFERENCE',
    '1',
    GROUP,
    'the app does not notify users of this kind of change to messages in groups',
  ],
  ['REACTIONS_PREFERENCE', '1', GROUP, 'Bob is not notified of reactions in groups'],
  [
    'REACTIONS_PREFERENCE',
    '2',
    GROUP,
    'Bob is notified only of reactions to own messages in groups, and the event does not name Bob as the author',
  ],
  ['GROUP_ACTIONS_PREFERENCE', '1', GROUP, 'Bob is not notified of this kind of membership change in groups'],
  ['DND_PREFERENCE', undefined, GROUP, "Bob's Do Not Disturb was on"],
  ['MUTE_PREFERENCE', TODAY, GROUP, 'Bob muted Hiking until 18:00 Asia/Tokyo'],
  ['MUTE_PREFERENCE', TOMORROW, PERSON, 'Bob muted Alice until 2026-11-24 00:00 Asia/Tokyo'],
  ['MUTE_PREFERENCE', 'forever', PERSON, 'Bob muted Alice forever'],
  ['MUTE_PREFERENCE', undefined, GROUP, 'Bob muted Hiking'],
  [
    'SCHEDULE_PREFERENCE',
    'monday 900-1800 Asia/Tokyo',
    GROUP,
    "it was outside Bob's schedule (Monday 09:00–18:00 Asia/Tokyo)",
  ],
  ['SCHEDULE_PREFERENCE', 'friday 2200-5 UTC', GROUP, "it was outside Bob's schedule (Friday 22:00–00:05 UTC)"],
  ['SCHEDULE_PREFERENCE', 'sunday dnd Asia/Tokyo', GROUP, "it was outside Bob's schedule (Sunday silent Asia/Tokyo)"],
  ['SCHEDULE_PREFERENCE', undefined, GROUP, "it was outside Bob's schedule"],
  ['CALL_PREFERENCE', '1', PERSON, 'the app does not notify users of calls in this state'],
  [
    'INVALID_PUSH_PROVIDER_ID',
    undefined,
    GROUP,
    "none of the providers that Bob's devices are registered with is configured",
  ],
  ['PUSH_DISABLED', undefined, GROUP, 'push is switched off for the app'],
  ['GROUP_TOO_LARGE', undefined, GROUP, 'Hiking has more members than the app notifies'],
  ['NO_TARGET', undefined, GROUP, 'Bob has no registered device that this can go to'],
  ['REACTION_REMOVED', '1', GROUP, 'the app does not notify users of removed reactions in groups'],
  ['MODERATION_DISAPPROVED', undefined, GROUP, "the chat backend's moderation disapproved the message"],
  [
    'MODERATION_PENDING',
    undefined,
    GROUP,
    "the chat backend's moderation had not approved the message by its deadline",
  ],
];

describe('the reason for not notifying a user', () => {
  test.each(SENTENCES)('%s %s', (reason, detail, conversation, sentence) => {
    const facts = { reason, detail, name: 'Bob', conversation, timezone: 'Asia/Tokyo', now: NOW };
    expect(suppressionSentence(facts)).toBe(`Not sent: ${sentence}.`);
  });

  test('has a sentence for every reason', () => {
    expect(new Set(SENTENCES.map(([reason]) => reason))).toEqual(new Set(SUPPRESSION_REASONS));
  });

  test.each([
    ['Asia/Tokyo', undefined, '2026-11-23 18:00 Asia/Tokyo'],
    ['America/New_York', NOW, '2026-11-23 04:00 America/New_York'],
    ['+05:30', NOW, '14:30 +05:30'],
    ['-10:00', NOW, '23:00 -10:00'],
    ['Mars/Phobos', NOW, '09:00 UTC'],
  ])('shows times in the zone %s', (timezone, now, time) => {
    const facts = {
      reason: 'MUTE_PREFERENCE',
      detail: TODAY,
      name: 'Bob',
      conversation: GROUP,
      timezone,
      now,
    } as const;
    expect(suppressionSentence(facts)).toBe(`Not sent: Bob muted Hiking until ${time}.`);
  });
});

describe('the result of deliveries', () => {
  const ios = { provider: 'apns', platform: 'apns_ios_device' };
  const taken: DeliveryFacts = { provider: 'fcm', platform: 'fcm_android', state: 'accepted' };
  const dead: DeliveryFacts = { ...ios, state: 'token_dead', reason: 'Unregistered' };

  test.each<[string, DeliveryFacts[], string]>([
    ['all accepted', [taken, taken], 'Sent to Bob: 2 of 2 targets accepted it.'],
    ['one, accepted', [taken], 'Sent to Bob: 1 of 1 target accepted it.'],
    [
      'some dead',
      [taken, dead, taken],
      'Sent to Bob: 2 of 3 targets accepted it; iPhone rejected the token (Unregistered).',
    ],
    ['none accepted', [dead], 'Not sent to Bob: iPhone rejected the token (Unregistered).'],
    ['waiting', [{ provider: 'fcm', state: 'pending' }], 'Not yet sent to Bob: fcm is waiting to be sent.'],
    [
      'retried',
      [{ provider: 'custom', state: 'retrying', reason: 'HTTP 503' }],
      'Not yet sent to Bob: the webhook is being retried (HTTP 503).',
    ],
    [
      'failed for good',
      [{ provider: 'custom', state: 'rejected', reason: 'attempts_exhausted', detail: 'HTTP 503' }],
      'Not sent to Bob: the webhook rejected it (attempts_exhausted: HTTP 503).',
    ],
    [
      'late and superseded',
      [
        { ...ios, state: 'expired' },
        { ...ios, state: 'superseded' },
      ],
      'Not sent to Bob: iPhone was not reached in time; iPhone was superseded by a newer state.',
    ],
    [
      'many',
      [taken, ...Array<DeliveryFacts>(5).fill(dead)],
      `Sent to Bob: 1 of 6 targets accepted it;${' iPhone rejected the token (Unregistered);'.repeat(3)}` +
        ' 2 more did not accept it.',
    ],
  ])('%s', (_what, deliveries, sentence) => {
    expect(deliverySentence({ name: 'Bob', deliveries })).toBe(sentence);
  });
});

test.each<[Absence, string]>([
  ['sender', 'Bob caused the event, and users are not notified of their own actions'],
  ['removed', 'Bob left or was removed from the group by this event'],
  ['deactivated', 'Bob is deactivated'],
  ['blocked', 'Bob or the sender has blocked the other'],
  ['not_a_member', 'Bob is not a member of the conversation'],
  ['erased', 'Bob was erased'],
])('not considered: %s', (why, sentence) => {
  expect(absenceSentence('Bob', why)).toBe(`Not sent: ${sentence}.`);
});
