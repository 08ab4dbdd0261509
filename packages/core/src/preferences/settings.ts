import type { Freshness, FreshnessClass } from '../delivery/deadlines.ts';
import type { CallAction } from '../render/notification-details.ts';
import { DEFAULT_TEMPLATES, type Templates } from '../render/templates.ts';
import { type Schedule, WHOLE_WEEK } from '../schedule/schedule.ts';
import { mergePatch } from './merge-patch.ts';
import { DndOption, NotifyOption, PrivacyOption } from './options.ts';
import {
  GROUP_PREFERENCES,
  type GroupPreference,
  ONE_ON_ONE_PREFERENCES,
  type OneOnOnePreference,
  type PreferenceRule,
} from './preferences.ts';

/** The states of a call, each with a setting of its own. */
export const CALL_ACTIONS = ['initiated', 'ongoing', 'cancelled', 'rejected', 'unanswered', 'busy', 'ended'] as const;
/**
 * The shortest anything about an event is kept: as long as an event with the same id is a duplicate
 * (docs/rules/delivery.md#retention).
 */
export const MIN_RETENTION_HOURS = 24;
/** The longest anything about an event is kept: what erasing a person promises (docs/rules/delivery.md#retention). */
export const MAX_RETENTION_HOURS = 168;

type Scope<Name extends string> = Record<`${Name}Setting`, number> &
  Record<`${Name}Override`, boolean> & {
    messageEditedSetting: number;
    messageDeletedSetting: number;
    reactionRemovedSetting: number;
  };

/**
 * What an app says about preferences (docs/rules/decision.md#preferences): defaults, and whether people may set their
 * own.
 */
export interface AppPreferences {
  group: Scope<GroupPreference>;
  oneOnOne: Scope<OneOnOnePreference>;
  mute: {
    dndPreferenceSetting: number;
    dndPreferenceOverride: boolean;
    schedulePreferenceSetting: Schedule;
    schedulePreferenceOverride: boolean;
    /** Whether people may mute groups and one-on-one conversations. */
    mutedGroupsOverride: boolean;
    mutedOneOnOnesOverride: boolean;
  };
  /** Calls are the app's to decide, never a person's; the three switches say what calls go through. */
  call: Record<`${CallAction}Setting`, number> &
    Record<`${CallAction}Override`, boolean> & { ignoreDnd: boolean; ignoreMute: boolean; ignoreSchedule: boolean };
  bypassPreferencesForMentions: boolean;
  bypassPreferencesForAllMention: boolean;
  /** One of `PrivacyOption`. */
  usePrivacyTemplate: number;
  push: {
    includeMessageObjectSetting: boolean;
    includeSenderMetadataSetting: boolean;
    includeReceiverMetadataSetting: boolean;
    includeMessageMetadataSetting: boolean;
    trimTextFieldSetting: boolean;
    /** Copied to `custom` of every payload, as it is. */
    customJson?: Record<string, unknown>;
  };
}

/** All that an app can be set to. Every value is there; what an app did not set has its default. */
export interface AppSettings {
  preferences: AppPreferences;
  /** File names of sounds in the client app. */
  sound: { chat: string; call: string };
  templates: Templates;
  /** Language of templates and time zone of schedules for people who have said none. */
  locale: string;
  timezone: string;
  /** How long news keeps; absent classes have the defaults of `DEFAULT_FRESHNESS`. */
  deadlines: Partial<Record<FreshnessClass, Freshness>>;
  /** Groups with more members than this are not notified; absent: any size. */
  maxGroupSize?: number;
  /** Whether unread messages are counted and sent along. */
  badge: boolean;
  /** Where members are asked for, instead of our own lists. Its secret is kept apart, sealed. */
  membership?: { url: string };
  /** Whether a pending message of an app that moderates waits for its verdict, or is sent. */
  moderation: { pending: 'wait' | 'send' };
  /** Hours everything about an event is kept: of large groups, and of all others. */
  retention: { bulk: number; events: number };
  /** Until when events are listed in the log (epoch ms); 0: they are not. `content`: with their texts. */
  logs: { until: number; content: boolean };
}

const both = <T>(names: readonly string[], suffix: string, value: T) =>
  names.map((name) => [`${name}${suffix}`, value] as const);

const scopeDefaults = (rules: Record<string, PreferenceRule>) => ({
  ...Object.fromEntries(
    Object.entries(rules).flatMap(([name, { standard }]) => [
      [`${name}Setting`, standard],
      [`${name}Override`, true],
    ]),
  ),
  messageEditedSetting: NotifyOption.Notify,
  messageDeletedSetting: NotifyOption.Notify,
  reactionRemovedSetting: NotifyOption.DontNotify,
});

/** What holds where an app has set nothing (docs/rules/decision.md#preferences). */
export const DEFAULT_SETTINGS: AppSettings = {
  preferences: {
    group: scopeDefaults(GROUP_PREFERENCES) as AppPreferences['group'],
    oneOnOne: scopeDefaults(ONE_ON_ONE_PREFERENCES) as AppPreferences['oneOnOne'],
    mute: {
      dndPreferenceSetting: DndOption.Off,
      dndPreferenceOverride: true,
      schedulePreferenceSetting: WHOLE_WEEK,
      schedulePreferenceOverride: true,
      mutedGroupsOverride: true,
      mutedOneOnOnesOverride: true,
    },
    call: {
      ...Object.fromEntries([
        ...both(CALL_ACTIONS, 'Setting', NotifyOption.Notify),
        ...both(CALL_ACTIONS, 'Override', false),
      ]),
      ignoreDnd: false,
      ignoreMute: false,
      ignoreSchedule: true,
    } as AppPreferences['call'],
    bypassPreferencesForMentions: false,
    bypassPreferencesForAllMention: false,
    usePrivacyTemplate: PrivacyOption.UserDecides,
    push: {
      includeMessageObjectSetting: false,
      includeSenderMetadataSetting: true,
      includeReceiverMetadataSetting: true,
      includeMessageMetadataSetting: true,
      trimTextFieldSetting: false,
    },
  },
  sound: { chat: 'default', call: 'default' },
  templates: DEFAULT_TEMPLATES,
  locale: 'en',
  timezone: 'UTC',
  deadlines: {},
  badge: false,
  moderation: { pending: 'wait' },
  retention: { bulk: 24, events: MAX_RETENTION_HOURS },
  logs: { until: 0, content: false },
};

/**
 * Lays a change over settings, as `mergePatch` does. Only `customJson` is replaced whole: it is the app's own text, in
 * which `null` is a value like any other.
 */
export function mergeSettings<T extends object>(settings: T, patch: object): T {
  const merged = mergePatch(settings, patch);
  const customJson = customJsonOf(patch);
  if (!customJson) return merged;
  const { preferences } = merged as { preferences: { push: object } };
  return { ...merged, preferences: { ...preferences, push: { ...preferences.push, customJson } } };
}

const customJsonOf = (patch: { preferences?: { push?: { customJson?: object | null } | null } | null }) =>
  patch.preferences?.push?.customJson;

/** The settings that hold, from what an app has set. */
export const effectiveSettings = (stored: object): AppSettings => mergeSettings(DEFAULT_SETTINGS, stored);
