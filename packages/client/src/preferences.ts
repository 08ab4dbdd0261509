import type {
  Day,
  DNDOption,
  MemberActionsOption,
  MessagesOption,
  MutedConversationKind,
  QuotedRepliesOption,
  ReactionsOption,
  RepliesOption,
} from './enums.ts';

/** What a user is notified of in groups. Values left out of an update stay. */
export interface GroupPreferences {
  groupMessages?: MessagesOption | undefined;
  groupReplies?: RepliesOption | undefined;
  groupQuotedReplies?: QuotedRepliesOption | undefined;
  groupReactions?: ReactionsOption | undefined;
  groupMemberLeft?: MemberActionsOption | undefined;
  groupMemberAdded?: MemberActionsOption | undefined;
  groupMemberJoined?: MemberActionsOption | undefined;
  groupMemberKicked?: MemberActionsOption | undefined;
  groupMemberBanned?: MemberActionsOption | undefined;
  groupMemberUnbanned?: MemberActionsOption | undefined;
  groupMemberScopeChanged?: MemberActionsOption | undefined;
}

/** What a user is notified of in one-on-one conversations. */
export interface OneOnOnePreferences {
  oneOnOneMessages?: MessagesOption | undefined;
  oneOnOneReplies?: RepliesOption | undefined;
  oneOnOneQuotedReplies?: QuotedRepliesOption | undefined;
  oneOnOneReactions?: ReactionsOption | undefined;
}

/** The hours of a day during which notifications are allowed, in the user's time zone. */
export class DaySchedule {
  /** HHMM, 0 to 2359, e.g. 2015 for 8:15 pm. */
  readonly from: number;
  /** HHMM, inclusive. */
  readonly to: number;
  /** No notifications all day. */
  readonly dnd: boolean;

  constructor(from: number, to: number, dnd: boolean) {
    this.from = from;
    this.to = to;
    this.dnd = dnd;
  }
}

/** Do Not Disturb and the weekly schedule. */
export class MutePreferences {
  dnd?: DNDOption | undefined;
  schedule?: Partial<Record<Day, DaySchedule>> | undefined;

  constructor(from: { dnd?: DNDOption | undefined; schedule?: Partial<Record<Day, DaySchedule>> | undefined } = {}) {
    if (from.dnd !== undefined) this.dnd = from.dnd;
    if (from.schedule !== undefined) this.schedule = { ...from.schedule };
  }

  getDNDPreference(): DNDOption | undefined {
    return this.dnd;
  }

  setDNDPreference(dnd: DNDOption): void {
    this.dnd = dnd;
  }

  /** The days that are set; empty if none is. */
  getSchedulePreference(): Map<Day, DaySchedule> {
    return new Map(Object.entries(this.schedule ?? {}) as [Day, DaySchedule][]);
  }

  /** Days left out of an update keep their value. */
  setSchedulePreference(schedule: ReadonlyMap<Day, DaySchedule>): void {
    this.schedule = Object.fromEntries(schedule);
  }

  /** Sets one day; the others stay. */
  setScheduleFor(day: Day, schedule: DaySchedule): void {
    this.schedule = { ...this.schedule, [day]: schedule };
  }
}

/**
 * Preferences as plain data, all parts optional; the input of {@link NotificationPreferences}.
 */
export interface PreferencesPatch {
  groupPreferences?: GroupPreferences | undefined;
  oneOnOnePreferences?: OneOnOnePreferences | undefined;
  mutePreferences?:
    | {
        dnd?: DNDOption | undefined;
        /** When Do Not Disturb ends by itself, epoch ms; only with `dnd` enabled. */
        until?: number | null | undefined;
        schedule?: Partial<Record<Day, DaySchedule>> | undefined;
      }
    | undefined;
  usePrivacyTemplate?: boolean | undefined;
}

/**
 * A user's preferences (docs/rules/decision.md#settings-shape). As fetched, every part has a value: the user's own
 * where the app allows it, else the app's. To update, fetch and change it, or create one with only the changes.
 */
export class NotificationPreferences implements PreferencesPatch {
  groupPreferences: GroupPreferences;
  oneOnOnePreferences: OneOnOnePreferences;
  mutePreferences: MutePreferences;
  /** Notifications say that something arrived, but not what. */
  usePrivacyTemplate?: boolean | undefined;

  constructor(from: PreferencesPatch = {}) {
    this.groupPreferences = { ...from.groupPreferences };
    this.oneOnOnePreferences = { ...from.oneOnOnePreferences };
    this.mutePreferences = new MutePreferences(from.mutePreferences);
    if (from.usePrivacyTemplate !== undefined) this.usePrivacyTemplate = from.usePrivacyTemplate;
  }
}

/** A conversation to mute: the other user's uid or the group's guid. It need not exist. */
export interface UnmutedConversation {
  id: string;
  type: MutedConversationKind;
}

/** A muted conversation. */
export interface MutedConversation extends UnmutedConversation {
  /** Epoch milliseconds, in the future; `null` mutes forever. */
  until: number | null;
}
