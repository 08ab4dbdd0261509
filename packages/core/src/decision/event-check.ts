import {
  type CallEvent,
  type GroupActionEvent,
  isCall,
  isGroupAction,
  isReaction,
  type MessageEvent,
  type NotifyingEvent,
  type ReactionEvent,
} from '../event/event.ts';
import type { Mentions } from '../event/mentions.ts';
import {
  MessagesOption,
  NotifyOption,
  QuotedRepliesOption,
  ReactionsOption,
  RepliesOption,
} from '../preferences/options.ts';
import {
  GROUP_PREFERENCES,
  type GroupPreference,
  ONE_ON_ONE_PREFERENCES,
  type OneOnOnePreference,
  type UserPreferences,
} from '../preferences/preferences.ts';
import type { AppPreferences } from '../preferences/settings.ts';
import type { CallAction } from '../render/notification-details.ts';
import type { Check, DecisionSubject, Suppression, SuppressionReason } from './decision.ts';

/** Whether a preference value lets the event through to a recipient. */
type Admits = (value: number, recipient: DecisionSubject) => boolean;

/**
 * Whether a recipient wants events of this kind at all (docs/rules/decision.md#event-preference). Users choose about
 * new messages, reactions and group actions where the app lets them; edits, deletions, removed reactions and calls are
 * the app's decision alone.
 */
export function eventCheck(event: NotifyingEvent, app: AppPreferences, mentions: Mentions): Check {
  if (isCall(event)) return adminCheck(app.call[`${callAction(event)}Setting`], 'CALL_PREFERENCE');
  const isInGroup = event.conversation.type === 'group';
  const { reactionRemovedSetting } = isInGroup ? app.group : app.oneOnOne;
  if (event.type === 'reaction.removed' && reactionRemovedSetting !== NotifyOption.Notify) {
    return adminCheck(reactionRemovedSetting, 'REACTION_REMOVED');
  }
  const scope = isInGroup ? groupScope(app) : oneOnOneScope(app);
  if (isReaction(event)) return choiceCheck(scope('reactions'), 'REACTIONS_PREFERENCE', reactionAdmits(event));
  if (isGroupAction(event)) {
    return choiceCheck(groupScope(app)(GROUP_ACTIONS[event.type]), 'GROUP_ACTIONS_PREFERENCE', notifies);
  }
  if (event.type === 'message.sent') return messageCheck(event, scope, mentions);
  return adminCheck(messageActionSetting(event, app), 'MESSAGE_ACTIONS_PREFERENCE');
}

/** The preference that each group action falls under. */
const GROUP_ACTIONS = {
  'group.member_joined': 'memberJoined',
  'group.member_left': 'memberLeft',
  'group.member_added': 'memberAdded',
  'group.member_kicked': 'memberKicked',
  'group.member_banned': 'memberBanned',
  'group.member_unbanned': 'memberUnbanned',
  'group.member_scope_changed': 'memberScopeChanged',
} as const satisfies Record<GroupActionEvent['type'], GroupPreference>;

/** A message that quotes is a quoted reply, even within a thread (docs/rules/decision.md#event-preference). */
function messageCheck({ message }: MessageEvent, scope: Scope, mentions: Mentions): Check {
  const wanted: Admits = (value, { uid }) =>
    value === MessagesOption.All || (value === MessagesOption.Mentions && (mentions.all || mentions.uids.has(uid)));
  if (message.quotedMessageId !== undefined) {
    const quotesMe: Admits = (value, { uid }) =>
      value === QuotedRepliesOption.QuotesOfOwnMessages && uid === message.quotedSender;
    return choiceCheck(scope('quotedReplies'), 'QUOTED_REPLIES_PREFERENCE', either(wanted, quotesMe));
  }
  if (message.parentId !== undefined) {
    const followed: Admits = (value, { inThread }) => value === RepliesOption.FollowedThreads && inThread === true;
    return choiceCheck(scope('replies'), 'REPLIES_PREFERENCE', either(wanted, followed));
  }
  return choiceCheck(scope('messages'), 'MESSAGES_PREFERENCE', wanted);
}

/** If a 1:1 reaction names no author of the message, the other user is assumed to be the author. */
function reactionAdmits({ reaction, conversation }: ReactionEvent): Admits {
  const author = reaction.messageSender ?? (conversation.type === 'user' ? conversation.id : undefined);
  return (value, { uid }) =>
    value === ReactionsOption.AllMessages || (value === ReactionsOption.OwnMessages && uid === author);
}

function messageActionSetting({ type, conversation }: MessageEvent, app: AppPreferences): number {
  const scope = conversation.type === 'group' ? app.group : app.oneOnOne;
  return type === 'message.edited' ? scope.messageEditedSetting : scope.messageDeletedSetting;
}

const notifies: Admits = (value) => value === NotifyOption.Notify;
const either =
  (one: Admits, other: Admits): Admits =>
  (value, recipient) =>
    one(value, recipient) || other(value, recipient);

const callAction = ({ type }: CallEvent): CallAction => type.slice('call.'.length) as CallAction;

/** A preference of one scope: the app's value, and where to find the user's own if the app allows an override. */
interface Choice {
  setting: number;
  own: (preferences: UserPreferences) => number | undefined;
}
type Scope = (name: OneOnOnePreference) => Choice;

const none = () => undefined;

const groupScope =
  (app: AppPreferences) =>
  (name: GroupPreference): Choice => {
    const key = GROUP_PREFERENCES[name].user;
    return {
      setting: app.group[`${name}Setting`],
      own: app.group[`${name}Override`] ? ({ groupPreferences }) => groupPreferences?.[key] : none,
    };
  };

const oneOnOneScope =
  (app: AppPreferences) =>
  (name: OneOnOnePreference): Choice => {
    const key = ONE_ON_ONE_PREFERENCES[name].user;
    return {
      setting: app.oneOnOne[`${name}Setting`],
      own: app.oneOnOne[`${name}Override`] ? ({ oneOnOnePreferences }) => oneOnOnePreferences?.[key] : none,
    };
  };

const refusal = (reason: SuppressionReason, value: number): Suppression => ({
  send: false,
  reason,
  detail: String(value),
});

/** The user's own value if there is one, else the app's. */
function choiceCheck({ setting, own }: Choice, reason: SuppressionReason, admits: Admits): Check {
  const refusals: Suppression[] = [];
  return (recipient) => {
    const value = (recipient.preferences && own(recipient.preferences)) ?? setting;
    if (admits(value, recipient)) return undefined;
    refusals[value] ??= refusal(reason, value);
    return refusals[value];
  };
}

/** Settings that only the app decides give the same answer for every recipient. */
function adminCheck(setting: number, reason: SuppressionReason): Check {
  const answer = setting === NotifyOption.Notify ? undefined : refusal(reason, setting);
  return () => answer;
}
