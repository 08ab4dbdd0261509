import { followsRing } from '../delivery/ring.ts';
import { type Event, hasMembers, isGroupAction, isNotifying, isReaction, type ReactionEvent } from '../event/event.ts';
import { ReactionsOption } from '../preferences/options.ts';
import type { AppSettings } from '../preferences/settings.ts';

/**
 * The recipients of an event before exclusions: no one, named users, the members of a group, or for a reaction in a
 * group the author of the message (if known) plus the members who asked for all reactions.
 */
export type Audience =
  | { kind: 'none' }
  | { kind: 'users'; uids: string[] }
  | { kind: 'group'; guid: string }
  | { kind: 'reaction'; guid: string; author?: string };

/** What a group action does to the list of members. */
export interface MembershipChange {
  add: string[];
  remove: string[];
}

/**
 * The audience of an event: its explicit recipients if given, else the receiver of a 1:1 or the members of a group. For
 * reactions in groups see `reactionAudience`. A call state after the ring also goes to its sender, if it rang for them.
 * Users are sorted and unique, so that a slice always starts where the last one ended.
 */
export function audienceOf(event: Event, settings: AppSettings): Audience {
  if (!isNotifying(event)) return { kind: 'none' };
  if (event.recipients) return users(event.recipients);
  const { conversation } = event;
  if (conversation.type === 'user') {
    return users(followsRing(event) ? [conversation.id, event.sender.uid] : [conversation.id]);
  }
  return isReaction(event) ? reactionAudience(event, settings) : { kind: 'group', guid: conversation.id };
}

/**
 * The audience of a reaction in a group. By default it is the author of the message and the few members who asked for
 * reactions on all messages: walking a large group to notify one user would cost a decision per member.
 */
function reactionAudience({ conversation: { id }, reaction }: ReactionEvent, { preferences }: AppSettings): Audience {
  const { reactionsSetting, reactionsOverride } = preferences.group;
  const author = reaction.messageSender;
  if (reactionsSetting === ReactionsOption.AllMessages) return { kind: 'group', guid: id };
  if (reactionsOverride) return { kind: 'reaction', guid: id, ...(author === undefined ? {} : { author }) };
  return author === undefined ? { kind: 'none' } : users([author]);
}

/**
 * uids never notified of the event, whatever the audience: the sender, except of a call state after the ring, which
 * must stop on the sender's other devices; and members it just removed.
 */
export function excludedFrom(event: Event): Set<string> {
  const excluded = new Set(followsRing(event) ? [] : [event.sender.uid]);
  if (isGroupAction(event)) for (const uid of membershipChange(event).remove) excluded.add(uid);
  return excluded;
}

/** How a group action changes the membership; applied before the audience is read. */
export function membershipChange(event: Event): MembershipChange {
  const uids = hasMembers(event) ? event.members.map((member) => member.uid) : [];
  switch (event.type) {
    case 'group.member_joined':
    case 'group.member_added':
      return { add: uids, remove: [] };
    case 'group.member_left':
    case 'group.member_kicked':
    case 'group.member_banned':
      return { add: [], remove: uids };
    default:
      return { add: [], remove: [] };
  }
}

const users = (uids: string[]): Audience => ({ kind: 'users', uids: [...new Set(uids)].sort() });
