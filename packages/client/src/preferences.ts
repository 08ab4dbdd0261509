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

/** What a person hears of groups. What is left out of an update keeps its value. */
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

/** What a person hears of one-on-one conversations. */
export interface OneOnOnePreferences {
  oneOnOneMessages?: MessagesOption | undefined;
  oneOnOneReplies?: RepliesOption | undefined;
  oneOnOneQuotedReplies?: QuotedRepliesOption | undefined;
  oneOnOneReactions?: ReactionsOption | undefined;
}

/** The hours of a day in which notifications come, in the person's own time zone. */
export class DaySchedule {
  /** HHMM, 0 to 2359, e.g. 2015 for a quarter past eight in the evening. */
  readonly from: number;
  /** HHMM, the minute itself included. */
  readonly to: number;
  /** Nothing all day. */
  readonly dnd: boolean;

  constructor(from: number, to: number, dnd: boolean) {
    this.from = from;
    this.to = to;
    this.dnd = dnd;
  }
}

/** Do not disturb and the week's schedule. */
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

  /** The days that are known; empty when none is. */
  getSchedulePreference(): Map<Day, DaySchedule> {
    return new Map(Object.entries(this.schedule ?? {}) as [Day, DaySchedule][]);
  }

  /** Days left out keep their value when the preferences are updated. */
  setSchedulePreference(schedule: ReadonlyMap<Day, DaySchedule>): void {
    this.schedule = Object.fromEntries(schedule);
  }

  /** One day, the others as they are. */
  setScheduleFor(day: Day, schedule: DaySchedule): void {
    this.schedule = { ...this.schedule, [day]: schedule };
  }
}

/** Preferences as plain data, all parts optional; also what a {@link NotificationPreferences} is made from. */
export interface PreferencesPatch {
  groupPreferences?: GroupPreferences | undefined;
  oneOnOnePreferences?: OneOnOnePreferences | undefined;
  mutePreferences?:
    | {
        dnd?: DNDOption | undefined;
        /** When Do Not Disturb ends by itself, epoch ms; with `dnd` enabled only. */
        until?: number | null | undefined;
        schedule?: Partial<Record<Day, DaySchedule>> | undefined;
      }
    | undefined;
  usePrivacyTemplate?: boolean | undefined;
}

/**
 * A person's preferences (docs/rules/decision.md#settings-shape). As fetched every part has a value: the person's own
 * where the app lets it count, else the app's. To update, fetch it and change it, or make one with only what is to
 * change.
 */
export class NotificationPreferences implements PreferencesPatch {
  groupPreferences: GroupPreferences;
  oneOnOnePreferences: OneOnOnePreferences;
  mutePreferences: MutePreferences;
  /** Notifications say that there is something new, not what. */
  usePrivacyTemplate?: boolean | undefined;

  constructor(from: PreferencesPatch = {}) {
    this.groupPreferences = { ...from.groupPreferences };
    this.oneOnOnePreferences = { ...from.oneOnOnePreferences };
    this.mutePreferences = new MutePreferences(from.mutePreferences);
    if (from.usePrivacyTemplate !== undefined) this.usePrivacyTemplate = from.usePrivacyTemplate;
  }
}

/** A conversation by what it is called in mutes: the other person's uid, or the group's guid. It need not exist. */
export interface UnmutedConversation {
  id: string;
  type: MutedConversationKind;
}

/** A conversation a person hears nothing of. */
export interface MutedConversation extends UnmutedConversation {
  /** Epoch milliseconds, in the future; `null` is for ever. */
  until: number | null;
}
