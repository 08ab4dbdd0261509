import { z } from 'zod';
import { mergePatch } from './merge-patch.ts';
import { type Schedule, SchedulePatch } from './schedule.ts';
import type { AppPreferences } from './settings.ts';

/** What can be chosen about one kind of event: the person's name for it, the values it may have, and the default. */
export interface PreferenceRule {
  user: string;
  values: readonly number[];
  standard: number;
}

const chosen = <const U extends string>(user: U, most: 3 | 4) => ({
  user,
  values: [1, 2, 3, 4].slice(0, most),
  standard: 2,
});
const memberAction = <const U extends string>(user: U) => ({ user, values: [1, 2], standard: 1 });

/**
 * What a person may choose about groups (PARITY 2.1). 1 is never, 2 always; 3 is when mentioned, of reactions those on
 * all messages; 4 is of replies those in subscribed threads, of quoted replies those that quote the person.
 */
export const GROUP_PREFERENCES = {
  messages: chosen('groupMessages', 3),
  replies: chosen('groupReplies', 4),
  quotedReplies: chosen('groupQuotedReplies', 4),
  reactions: chosen('groupReactions', 3),
  memberLeft: memberAction('groupMemberLeft'),
  memberAdded: memberAction('groupMemberAdded'),
  memberJoined: memberAction('groupMemberJoined'),
  memberKicked: memberAction('groupMemberKicked'),
  memberBanned: memberAction('groupMemberBanned'),
  memberUnbanned: memberAction('groupMemberUnbanned'),
  memberScopeChanged: memberAction('groupMemberScopeChanged'),
} satisfies Record<string, PreferenceRule>;

/** The same for one-on-one conversations. */
export const ONE_ON_ONE_PREFERENCES = {
  messages: chosen('oneOnOneMessages', 3),
  replies: chosen('oneOnOneReplies', 4),
  quotedReplies: chosen('oneOnOneQuotedReplies', 4),
  reactions: chosen('oneOnOneReactions', 3),
} satisfies Record<string, PreferenceRule>;

export type GroupPreference = keyof typeof GROUP_PREFERENCES;
export type OneOnOnePreference = keyof typeof ONE_ON_ONE_PREFERENCES;
type GroupKey = (typeof GROUP_PREFERENCES)[GroupPreference]['user'];
type OneOnOneKey = (typeof ONE_ON_ONE_PREFERENCES)[OneOnOnePreference]['user'];

/** Do not disturb: 1 off, 2 on. */
export const DND = { off: 1, on: 2 } as const;

/** A number that must be one of a few. */
export function choiceOf(values: readonly number[]) {
  const problem = `must be one of: ${values.join(', ')}`;
  return z.number(problem).refine((value) => values.includes(value), problem);
}

const choices = (rules: Record<string, PreferenceRule>) =>
  z.object(
    Object.fromEntries(Object.values(rules).map(({ user, values }) => [user, choiceOf(values).optional()])),
  ) as unknown as z.ZodType<Record<string, number>>;

/**
 * What a person changes of their preferences, in CometChat's shape (PARITY 2.3): all parts optional, unknown keys are
 * passed over, values are checked.
 */
export const UserPreferencesPatch = z.object({
  groupPreferences: (choices(GROUP_PREFERENCES) as z.ZodType<Partial<Record<GroupKey, number>>>).optional(),
  oneOnOnePreferences: (choices(ONE_ON_ONE_PREFERENCES) as z.ZodType<Partial<Record<OneOnOneKey, number>>>).optional(),
  mutePreferences: z
    .object({ dnd: choiceOf([DND.off, DND.on]).optional(), schedule: SchedulePatch.optional() })
    .optional(),
  usePrivacyTemplate: z.boolean().optional(),
});

/** What a person has set of their own; what is absent is the app's. */
export type UserPreferences = z.infer<typeof UserPreferencesPatch>;

/** What holds for a person: every key has a value. */
export interface EffectivePreferences {
  groupPreferences: Record<GroupKey, number>;
  oneOnOnePreferences: Record<OneOnOneKey, number>;
  mutePreferences: { dnd: number; schedule: Schedule };
  usePrivacyTemplate: boolean;
}

/** The app's value, or the person's own where there is one and the app lets it count. */
export const effectiveValue = (setting: number, override: boolean, own: number | undefined): number =>
  override && own !== undefined ? own : setting;

/**
 * The preferences that hold for a person: their own where the app allows an override, else the app's (PARITY 2.4). What
 * they have set stays stored while an override is switched off; it only does not count.
 */
export function effectivePreferences(app: AppPreferences, own: UserPreferences = {}): EffectivePreferences {
  const { mute } = app;
  return {
    groupPreferences: scope(GROUP_PREFERENCES, app.group, own.groupPreferences) as Record<GroupKey, number>,
    oneOnOnePreferences: scope(ONE_ON_ONE_PREFERENCES, app.oneOnOne, own.oneOnOnePreferences) as Record<
      OneOnOneKey,
      number
    >,
    mutePreferences: {
      dnd: effectiveValue(mute.dndPreferenceSetting, mute.dndPreferenceOverride, own.mutePreferences?.dnd),
      schedule: effectiveSchedule(mute, own),
    },
    usePrivacyTemplate: usesPrivacyTemplate(app, own),
  };
}

/** The person's own days over the app's, where the app lets them count. */
export const effectiveSchedule = (mute: AppPreferences['mute'], own: UserPreferences): Schedule =>
  mute.schedulePreferenceOverride && own.mutePreferences?.schedule
    ? mergePatch(mute.schedulePreferenceSetting, own.mutePreferences.schedule)
    : mute.schedulePreferenceSetting;

/** Whether notifications for this person hide their content (PARITY 2.1): 1 never, 2 always, 3 as the person says. */
export const usesPrivacyTemplate = (app: AppPreferences, own: UserPreferences = {}): boolean =>
  app.usePrivacyTemplate === 3 ? (own.usePrivacyTemplate ?? false) : app.usePrivacyTemplate === 2;

/** A change over what a person had set before. */
export const mergePreferences = (before: UserPreferences, patch: UserPreferences): UserPreferences =>
  mergePatch(before, patch);

/** Splits a change into what the app lets people set and the paths of what it does not, e.g. `mutePreferences.dnd`. */
export function allowedPart(
  app: AppPreferences,
  patch: UserPreferences,
): { patch: UserPreferences; refused: string[] } {
  const { mute } = app;
  const refused = [
    ...refusedIn('groupPreferences', GROUP_PREFERENCES, app.group, patch.groupPreferences),
    ...refusedIn('oneOnOnePreferences', ONE_ON_ONE_PREFERENCES, app.oneOnOne, patch.oneOnOnePreferences),
    ...(patch.mutePreferences?.dnd !== undefined && !mute.dndPreferenceOverride ? ['mutePreferences.dnd'] : []),
    ...(patch.mutePreferences?.schedule && !mute.schedulePreferenceOverride ? ['mutePreferences.schedule'] : []),
    ...(patch.usePrivacyTemplate !== undefined && app.usePrivacyTemplate !== 3 ? ['usePrivacyTemplate'] : []),
  ];
  const kept = refused.reduce((rest, path) => mergePatch(rest, removal(path)), patch);
  return { patch: kept, refused };
}

type Numbers = Record<string, number | undefined>;
/** `<name>Setting` and `<name>Override` of a scope, whose names are those of its rules. */
type Switches = Record<string, number | boolean>;

const scope = (rules: Record<string, PreferenceRule>, app: object, own: object = {}): Numbers =>
  Object.fromEntries(
    Object.entries(rules).map(([name, { user }]) => [
      user,
      effectiveValue(
        (app as Switches)[`${name}Setting`] as number,
        (app as Switches)[`${name}Override`] as boolean,
        (own as Numbers)[user],
      ),
    ]),
  );

const refusedIn = (part: string, rules: Record<string, PreferenceRule>, app: object, patch: object = {}): string[] =>
  Object.entries(rules).flatMap(([name, { user }]) =>
    (patch as Numbers)[user] !== undefined && (app as Switches)[`${name}Override`] === false ? [`${part}.${user}`] : [],
  );

const removal = (path: string): object => {
  const [part = '', key] = path.split('.');
  return { [part]: key === undefined ? null : { [key]: null } };
};
