import fc from 'fast-check';
import {
  type AppSettings,
  DAYS,
  DEFAULT_SETTINGS,
  type DecisionContext,
  type DecisionSubject,
  GROUP_PREFERENCES,
  type NotifyingEvent,
  ONE_ON_ONE_PREFERENCES,
  type PreferenceRule,
  type UserPreferences,
} from '../../src/index.ts';
import { checked, GROUP_ACTIONS, smallest } from './sample-events.ts';

export const ZONES = [
  'Asia/Tokyo',
  'America/New_York',
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'America/St_Johns',
  'Africa/Casablanca',
  'Pacific/Chatham',
  'America/Sao_Paulo',
  'Asia/Kolkata',
  'Pacific/Apia',
  'Antarctica/Troll',
];

const UIDS = ['bob', 'carol', 'dave'];
const perhaps = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
/** Mostly yes, so that the last checks are reached. */
const mostly = (usual: boolean) => fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, fc.boolean());

/** A time of day as HHMM; often one of the edges. */
const anyTime = fc.oneof(
  fc.constantFrom(0, 2359),
  fc.record({ hour: fc.nat(23), minute: fc.nat(59) }).map(({ hour, minute }) => hour * 100 + minute),
);
const anyDay = fc.record({ from: anyTime, to: anyTime, dnd: mostly(false) });
const everyDay = <T>(day: fc.Arbitrary<T>) => fc.record(Object.fromEntries(DAYS.map((name) => [name, day])));
/** Weeks of an app, and the changes users make to theirs: some days, some parts of a day. */
export const anyWeek = everyDay(anyDay);
const anyOwnWeek = fc.record(
  Object.fromEntries(
    DAYS.map((name) => [name, fc.record({ from: anyTime, to: anyTime, dnd: mostly(false) }, { requiredKeys: [] })]),
  ),
  { requiredKeys: [] },
);

const anyValue = ({ values }: PreferenceRule) => fc.constantFrom(2, ...values);

const scope = (rules: Record<string, PreferenceRule>) =>
  fc.record({
    ...Object.fromEntries(Object.entries(rules).map(([name, rule]) => [`${name}Setting`, anyValue(rule)])),
    ...Object.fromEntries(Object.keys(rules).map((name) => [`${name}Override`, mostly(true)])),
    messageEditedSetting: fc.constantFrom(1, 2),
    messageDeletedSetting: fc.constantFrom(1, 2),
    reactionRemovedSetting: fc.constantFrom(1, 2),
  });

const callSettings = fc.record(
  Object.fromEntries(
    Object.entries(DEFAULT_SETTINGS.preferences.call).map(([key, value]) => [
      key,
      typeof value === 'number' ? fc.constantFrom(1, 2, 2) : fc.boolean(),
    ]),
  ),
);

const anyPreferences = fc.record({
  group: scope(GROUP_PREFERENCES),
  oneOnOne: scope(ONE_ON_ONE_PREFERENCES),
  mute: fc.record({
    dndPreferenceSetting: fc.constantFrom(1, 1, 1, 2),
    dndPreferenceOverride: fc.boolean(),
    schedulePreferenceSetting: fc.oneof(
      anyWeek,
      fc.constant(DEFAULT_SETTINGS.preferences.mute.schedulePreferenceSetting),
    ),
    schedulePreferenceOverride: mostly(true),
    mutedGroupsOverride: mostly(true),
    mutedOneOnOnesOverride: mostly(true),
  }),
  call: callSettings,
  bypassPreferencesForMentions: fc.boolean(),
  bypassPreferencesForAllMention: fc.boolean(),
});

const anyZone = fc.constantFrom('UTC', 'Mars/Phobos', ...ZONES);

const anySettings = fc.record({ preferences: anyPreferences, timezone: anyZone }).map(({ preferences, timezone }) => ({
  ...DEFAULT_SETTINGS,
  preferences: { ...DEFAULT_SETTINGS.preferences, ...preferences },
  timezone,
})) as fc.Arbitrary<AppSettings>;

/** Any moment of 2026. */
const anyMoment2026 = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) - 1 });

export const anyContext: fc.Arbitrary<DecisionContext> = fc.record({
  pushEnabled: fc.integer({ min: 0, max: 30 }).map((n) => n > 0),
  groupTooLarge: fc.integer({ min: 0, max: 30 }).map((n) => n === 0),
  settings: anySettings,
  now: anyMoment2026,
});

const choices = (rules: Record<string, PreferenceRule>) =>
  fc.record(Object.fromEntries(Object.values(rules).map((rule) => [rule.user, anyValue(rule)])), { requiredKeys: [] });

const anyOwnPreferences = fc.record(
  {
    groupPreferences: choices(GROUP_PREFERENCES),
    oneOnOnePreferences: choices(ONE_ON_ONE_PREFERENCES),
    mutePreferences: fc.record({ dnd: fc.constantFrom(1, 1, 2), schedule: anyOwnWeek }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<UserPreferences>;

/** A recipient; a mute ends before, at or after the middle of 2026, or never. */
export const anyRecipient: fc.Arbitrary<DecisionSubject> = fc.record({
  uid: fc.constantFrom(...UIDS),
  preferences: perhaps(anyOwnPreferences),
  timezone: perhaps(anyZone),
  mutedUntil: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, anyMoment2026, fc.constant(null)),
  inThread: fc.boolean(),
  rang: fc.boolean(),
});

const anyText = fc.constantFrom(
  'hi',
  'hi <@uid:bob>',
  '<@uid:bobby> <@all:team>',
  '<@uid:> <@all:>',
  '<@uid:carol><@uid:dave>',
);
const anyMessage = fc.record({
  id: fc.constant('101'),
  text: perhaps(anyText),
  parentId: perhaps(fc.constant('90')),
  quotedMessageId: perhaps(fc.constant('88')),
  quotedSender: perhaps(fc.constantFrom(...UIDS)),
  mentions: perhaps(fc.subarray(UIDS)),
  mentionsAll: perhaps(fc.boolean()),
});

const CALLS = ['initiated', 'ongoing', 'cancelled', 'rejected', 'unanswered', 'busy', 'ended'];
const TYPES = [
  ...Array(8).fill('message.sent'),
  'message.edited',
  'message.deleted',
  'reaction.added',
  'reaction.removed',
  ...GROUP_ACTIONS,
  ...CALLS.map((state) => `call.${state}`),
] as NotifyingEvent['type'][];

/** Any event that notifies, to a group or to bob, from alice. */
export const anyNotifyingEvent: fc.Arbitrary<NotifyingEvent> = fc
  .record({
    type: fc.constantFrom(...TYPES),
    group: fc.boolean(),
    message: anyMessage,
    messageSender: perhaps(fc.constantFrom('alice', ...UIDS)),
  })
  .map(({ type, group, message, messageSender }) => {
    const least = smallest(type);
    const isGroup = group || type.startsWith('group.');
    return checked({
      ...least,
      conversation: isGroup ? { type: 'group', id: 'hiking' } : { type: 'user', id: 'bob' },
      ...(type === 'message.sent' ? { message } : {}),
      ...('reaction' in least ? { reaction: { ...(least.reaction as object), messageSender } } : {}),
    }) as NotifyingEvent;
  });
