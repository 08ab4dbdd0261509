import {
  type Decision,
  type DecisionSubject,
  decider,
  effectiveSettings,
  type NotifyingEvent,
  parseEvent,
  type UserPreferences,
} from '@fanfare/core';

/** The number of users per case: more than fit in the processor's cache. */
export const PEOPLE = 10_000;

/** 11:30 in UTC on 23 November 2026: Monday in every zone but the easternmost, where Tuesday has begun. */
const NOW = Date.UTC(2026, 10, 23, 11, 30);

/** A kind of recipients, and the decision to measure. */
export interface Case {
  label: string;
  recipients: readonly DecisionSubject[];
  /** Prepares what all recipients of the event share, as fan-out does for every slice. */
  prepare: () => (recipient: DecisionSubject) => Decision;
  /** The expected number of recipients notified; with another number the figures are invalid. */
  sent: number;
}

const eventOf = (message: object): NotifyingEvent => {
  const parsed = parseEvent({
    id: 'e-1',
    type: 'message.sent',
    sentAt: NOW,
    sender: { uid: 'alice' },
    conversation: { type: 'group', id: 'hiking' },
    message: { id: '101', text: 'hello', ...message },
  });
  if (!parsed.ok) throw parsed.error;
  return parsed.event as NotifyingEvent;
};

const context = { pushEnabled: true, groupTooLarge: false, settings: effectiveSettings({}), now: NOW };
const SEND: Decision = { send: true };

/** Everything that a user can set, in the shape of the store. */
const full = (groupMessages: number, day: object): UserPreferences =>
  JSON.parse(
    JSON.stringify({
      groupPreferences: {
        groupMessages,
        groupReplies: 4,
        groupQuotedReplies: 4,
        groupReactions: 3,
        groupMemberLeft: 2,
      },
      oneOnOnePreferences: { oneOnOneMessages: 2, oneOnOneReplies: 2, oneOnOneQuotedReplies: 2, oneOnOneReactions: 2 },
      mutePreferences: { dnd: 1, schedule: { monday: day, tuesday: day, sunday: { from: 2200, to: 600 } } },
      usePrivacyTemplate: true,
    }),
  );

const ZONES = Intl.supportedValuesOf('timeZone');

const people = (of: (i: number) => Partial<DecisionSubject>): DecisionSubject[] =>
  Array.from({ length: PEOPLE }, (_, i) => ({
    uid: `user-${i}`,
    preferences: undefined,
    timezone: undefined,
    mutedUntil: undefined,
    inThread: false,
    rang: false,
    ...of(i),
  }));

const zoned = (groupMessages: number, day: object) => (i: number) => ({
  preferences: full(groupMessages, day),
  timezone: ZONES[i % ZONES.length],
  mutedUntil: NOW - 1,
});

const allDay = { from: 0, to: 2359 };
const mentions = Array.from({ length: PEOPLE / 10 }, (_, i) => `user-${i * 10}`);

const plain = eventOf({});
const mentioning = eventOf({ mentions });

/** The cases; the others are compared with the first. */
export const CASES: readonly Case[] = [
  { label: 'trivial: always yes', recipients: people(() => ({})), prepare: () => () => SEND, sent: PEOPLE },
  {
    label: 'default preferences',
    recipients: people(() => ({})),
    prepare: () => decider(plain, context),
    sent: PEOPLE,
  },
  {
    label: `full preferences, schedule open, ${ZONES.length} zones`,
    recipients: people(zoned(2, allDay)),
    prepare: () => decider(plain, context),
    sent: PEOPLE,
  },
  {
    label: `full preferences, schedule closed, ${ZONES.length} zones`,
    recipients: people(zoned(2, { dnd: true })),
    prepare: () => decider(plain, context),
    sent: 0,
  },
  {
    label: 'mentions only, 1 of 10 mentioned',
    recipients: people(zoned(3, allDay)),
    prepare: () => decider(mentioning, context),
    sent: PEOPLE / 10,
  },
];
