import { followsRing } from '../delivery/ring.ts';
import { type Event, hasMembers, isGroupAction, isNotifying, isReaction, type ReactionEvent } from '../event/event.ts';
import { ReactionsOption } from '../preferences/options.ts';
import type { AppSettings } from '../preferences/settings.ts';

/**
 * Who an event is for, before anybody is left out: nobody, people named, the members of a group, or of a group those
 * whom a reaction may concern: the author of the message, if known, and the members who asked for all reactions.
 */
export type Audience =
  | { kind: 'none' }
  | { kind: 'people'; uids: string[] }
  | { kind: 'group'; guid: string }
  | { kind: 'reaction'; guid: string; author?: string };

/** What a group action does to the list of members. */
export interface MembershipChange {
  add: string[];
  remove: string[];
}

/**
 * The audience of an event: the explicit recipients when given, else the receiver of a 1:1 or the members of a group;
 * of a reaction in a group see `reactionAudience`. For a state of a call after its ring it is also the sender, if it rang
 * for them. People come sorted and once, so that a slice always starts where the last one ended.
 */
export function audienceOf(event: Event, settings: AppSettings): Audience {
  if (!isNotifying(event)) return { kind: 'none' };
  if (event.recipients) return people(event.recipients);
  const { conversation } = event;
  if (conversation.type === 'user') {
    return people(followsRing(event) ? [conversation.id, event.sender.uid] : [conversation.id]);
  }
  return isReaction(event) ? reactionAudience(event, settings) : { kind: 'group', guid: conversation.id };
}

/**
 * Whom a reaction in a group may concern. By default that is the author of the message and the few who asked for
 * reactions on all messages: walking a large group to tell one person would cost a decision for each member.
 */
function reactionAudience({ conversation: { id }, reaction }: ReactionEvent, { preferences }: AppSettings): Audience {
  const { reactionsSetting, reactionsOverride } = preferences.group;
  const author = reaction.messageSender;
  if (reactionsSetting === ReactionsOption.AllMessages) return { kind: 'group', guid: id };
  if (reactionsOverride) return { kind: 'reaction', guid: id, ...(author === undefined ? {} : { author }) };
  return author === undefined ? { kind: 'none' } : people([author]);
}

/**
 * uids that are never notified of the event whatever the audience: the sender, but for a state of a call after its ring,
 * which must stop on the sender's other devices; and a member who was just removed.
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

const people = (uids: string[]): Audience => ({ kind: 'people', uids: [...new Set(uids)].sort() });
