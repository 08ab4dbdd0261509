/** One day of a schedule, as HHMM. */
interface Day {
  from: number;
  to: number;
  dnd: boolean;
}

/** A group of preferences: `<name>Setting` and `<name>Override`. */
type PreferencePart = Record<string, number | boolean>;

/** The texts of one template, and of its translations. */
type Template = Record<string, string> & { locales?: Record<string, Record<string, string>> };

/** How long a class of events is worth sending, and worth holding by the push service. */
interface Freshness {
  leaveMs: number;
  holdMs: number;
}

/** All settings of an app, with defaults filled in. */
export interface Settings {
  pushEnabled: boolean;
  preferences: {
    group: PreferencePart;
    oneOnOne: PreferencePart;
    call: PreferencePart;
    mute: PreferencePart & { schedulePreferenceSetting?: Record<string, Day> };
    push: Record<string, boolean> & { customJson?: object };
    bypassPreferencesForMentions: boolean;
    bypassPreferencesForAllMention: boolean;
    usePrivacyTemplate: number;
  };
  sound: { chat: string; call: string };
  templates: Record<string, Template>;
  locale: string;
  timezone: string;
  deadlines: Partial<Record<string, Freshness>>;
  maxGroupSize?: number;
  badge: boolean;
  moderation: { pending: 'wait' | 'send' };
  /** `secret` is only ever sent. */
  membership?: { url: string; signed?: boolean; secret?: string };
  retention: { bulk: number; events: number; content: number };
  logs: { until: number; content: boolean };
}

/** A change to settings: null restores a default. */
export type SettingsPatch = { [name: string]: SettingsPatch | object | string | number | boolean | null };
