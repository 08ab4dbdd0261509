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

/** Call states, each with a setting of its own. */
export const CALL_ACTIONS = ['initiated', 'ongoing', 'cancelled', 'rejected', 'unanswered', 'busy', 'ended'] as const;
/**
 * The shortest retention of event data: as long as an event with the same id counts as a duplicate
 * (docs/rules/delivery.md#retention).
 */
export const MIN_RETENTION_HOURS = 24;
/** The longest retention of event data, as promised when a user is erased (docs/rules/delivery.md#retention). */
export const MAX_RETENTION_HOURS = 168;
/** The fewest hours that the content of messages is kept. */
export const MIN_CONTENT_HOURS = 1;

type Scope<Name extends string> = Record<`${Name}Setting`, number> &
  Record<`${Name}Override`, boolean> & {
    messageEditedSetting: number;
    messageDeletedSetting: number;
    reactionRemovedSetting: number;
  };

/** The app's preferences (docs/rules/decision.md#preferences): defaults, and whether users may override them. */
export interface AppPreferences {
  group: Scope<GroupPreference>;
  oneOnOne: Scope<OneOnOnePreference>;
  mute: {
    dndPreferenceSetting: number;
    dndPreferenceOverride: boolean;
    schedulePreferenceSetting: Schedule;
    schedulePreferenceOverride: boolean;
    /** Whether users may mute groups and one-on-one conversations. */
    mutedGroupsOverride: boolean;
    mutedOneOnOnesOverride: boolean;
  };
  /** Calls are decided by the app alone; the three switches name what calls bypass. */
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
    /** Copied unchanged to `custom` of every payload. */
    customJson?: Record<string, unknown>;
  };
}

/** All settings of an app, with defaults filled in. */
export interface AppSettings {
  preferences: AppPreferences;
  /** File names of sounds in the client app. */
  sound: { chat: string; call: string };
  templates: Templates;
  /** Language of templates and time zone of schedules for users who have set none. */
  locale: string;
  timezone: string;
  /** Deadlines by class; absent classes use `DEFAULT_FRESHNESS`. */
  deadlines: Partial<Record<FreshnessClass, Freshness>>;
  /** Groups with more members than this are not notified; absent: any size. */
  maxGroupSize?: number;
  /** Whether unread messages are counted and the count is sent along. */
  badge: boolean;
  /** The endpoint asked for group members, instead of our own lists. Its secret is stored separately, encrypted. */
  membership?: { url: string };
  /** Whether a pending message waits for its moderation verdict or is sent. */
  moderation: { pending: 'wait' | 'send' };
  /**
   * Hours that event data is kept: for large groups, and for all others; and the content of the latter once they are
   * done, counted from receipt.
   */
  retention: { bulk: number; events: number; content: number };
  /** Until when events appear in the log (epoch ms); 0: never. `content`: including their texts. */
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

/** The defaults for everything an app has not set (docs/rules/decision.md#preferences). */
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
  retention: { bulk: 24, events: MAX_RETENTION_HOURS, content: 24 },
  logs: { until: 0, content: false },
};

/** How long the content of a message is kept once it is done, counted from its receipt, ms. */
export const contentKeptMs = ({ retention }: Pick<AppSettings, 'retention'>): number => retention.content * 3_600_000;

/**
 * Merges a change into settings, like `mergePatch`, except that `customJson` is replaced as a whole: it is the app's
 * own JSON, in which `null` is a value like any other.
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

/** The settings in effect, from what an app has set. */
export const effectiveSettings = (stored: object): AppSettings => mergeSettings(DEFAULT_SETTINGS, stored);
