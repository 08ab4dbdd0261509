import { z } from 'zod';
import { EpochMs } from '../event/fields.ts';
import { SchedulePatch } from '../schedule/schedule.ts';
import { mergePatch } from './merge-patch.ts';
import {
  DndOption,
  MessagesOption,
  NotifyOption,
  QuotedRepliesOption,
  ReactionsOption,
  RepliesOption,
} from './options.ts';

/** The choice about one kind of event: the user's key for it, its possible values, and the default. */
export interface PreferenceRule {
  user: string;
  values: readonly number[];
  standard: number;
}

const rule = <const User extends string>(user: User, options: Record<string, number>, standard: number) => ({
  user,
  values: Object.values(options),
  standard,
});
const messages = <const User extends string>(user: User) => rule(user, MessagesOption, MessagesOption.All);
const replies = <const User extends string>(user: User) => rule(user, RepliesOption, RepliesOption.All);
const quotedReplies = <const User extends string>(user: User) =>
  rule(user, QuotedRepliesOption, QuotedRepliesOption.All);
const reactions = <const User extends string>(user: User) => rule(user, ReactionsOption, ReactionsOption.OwnMessages);
const memberAction = <const User extends string>(user: User) => rule(user, NotifyOption, NotifyOption.DontNotify);

/** What a user may choose about groups (docs/rules/decision.md#preferences). */
export const GROUP_PREFERENCES = {
  messages: messages('groupMessages'),
  replies: replies('groupReplies'),
  quotedReplies: quotedReplies('groupQuotedReplies'),
  reactions: reactions('groupReactions'),
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
  messages: messages('oneOnOneMessages'),
  replies: replies('oneOnOneReplies'),
  quotedReplies: quotedReplies('oneOnOneQuotedReplies'),
  reactions: reactions('oneOnOneReactions'),
} satisfies Record<string, PreferenceRule>;

export type GroupPreference = keyof typeof GROUP_PREFERENCES;
export type OneOnOnePreference = keyof typeof ONE_ON_ONE_PREFERENCES;
export type GroupKey = (typeof GROUP_PREFERENCES)[GroupPreference]['user'];
export type OneOnOneKey = (typeof ONE_ON_ONE_PREFERENCES)[OneOnOnePreference]['user'];

/** A number from a fixed list. */
export function choiceOf(values: readonly number[]) {
  const problem = `must be one of: ${values.join(', ')}`;
  return z.number(problem).refine((value) => values.includes(value), problem);
}

const choices = (rules: Record<string, PreferenceRule>) =>
  z.object(
    Object.fromEntries(Object.values(rules).map(({ user, values }) => [user, choiceOf(values).optional()])),
  ) as unknown as z.ZodType<Record<string, number>>;

/**
 * A user's change to their preferences, in CometChat's shape (docs/rules/decision.md#settings-shape): all parts are
 * optional, unknown keys are ignored, values are validated.
 */
export const UserPreferencesPatch = z.object({
  groupPreferences: (choices(GROUP_PREFERENCES) as z.ZodType<Partial<Record<GroupKey, number>>>).optional(),
  oneOnOnePreferences: (choices(ONE_ON_ONE_PREFERENCES) as z.ZodType<Partial<Record<OneOnOneKey, number>>>).optional(),
  mutePreferences: z
    .object({
      dnd: choiceOf(Object.values(DndOption)).optional(),
      until: EpochMs.nullable()
        .optional()
        .describe('When Do Not Disturb ends, epoch ms; only with dnd 2. null or absent: never.'),
      schedule: SchedulePatch.optional(),
    })
    .refine(({ dnd, until }) => until === undefined || dnd === DndOption.On, {
      path: ['until'],
      error: 'is the end of Do Not Disturb, and goes with dnd: 2 only',
    })
    .optional(),
  usePrivacyTemplate: z.boolean().optional(),
});

/** A user's own preferences; absent values fall back to the app's. */
export type UserPreferences = z.infer<typeof UserPreferencesPatch>;

/** Merges a change into a user's preferences. The end of Do Not Disturb belongs to the `dnd` it was set with. */
export function mergePreferences(before: UserPreferences, patch: UserPreferences): UserPreferences {
  const { mutePreferences: mute } = patch;
  if (mute?.dnd === undefined || mute.until !== undefined) return mergePatch(before, patch);
  return mergePatch(before, { ...patch, mutePreferences: { ...mute, until: null } });
}

/** A user's own Do Not Disturb at `now` (epoch ms): off once its end has passed. */
export const ownDnd = ({ mutePreferences: mute }: UserPreferences, now: number): number | undefined =>
  typeof mute?.until === 'number' && mute.until <= now ? DndOption.Off : mute?.dnd;
