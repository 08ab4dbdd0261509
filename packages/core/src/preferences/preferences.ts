import { z } from 'zod';
import { SchedulePatch } from '../schedule/schedule.ts';
import { mergePatch } from './merge-patch.ts';

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
 * What a person may choose about groups (docs/rules/decision.md#preferences). 1 is never, 2 always; 3 is when
 * mentioned, of reactions those on all messages; 4 is of replies those in subscribed threads, of quoted replies those
 * that quote the person.
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
export type GroupKey = (typeof GROUP_PREFERENCES)[GroupPreference]['user'];
export type OneOnOneKey = (typeof ONE_ON_ONE_PREFERENCES)[OneOnOnePreference]['user'];

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
 * What a person changes of their preferences, in CometChat's shape (docs/rules/decision.md#settings-shape): all parts
 * optional, unknown keys are passed over, values are checked.
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

/** A change over what a person had set before. */
export const mergePreferences = (before: UserPreferences, patch: UserPreferences): UserPreferences =>
  mergePatch(before, patch);
