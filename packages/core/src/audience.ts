import { type Event, isGroupAction, isNotifying, isReaction } from './event.ts';

/** Who an event is for, before anybody is left out: nobody, people named, or the members of a group. */
export type Audience = { kind: 'none' } | { kind: 'people'; uids: string[] } | { kind: 'group'; guid: string };

/** What a group action does to the list of members. */
export interface MembershipChange {
  add: string[];
  remove: string[];
}

/**
 * The audience of an event: the explicit recipients when given, else the receiver of a 1:1, the members of a group, or
 * the author of the message for a reaction. People come sorted and once, so that a slice always starts where the last
 * one ended.
 */
export function audienceOf(event: Event): Audience {
  if (!isNotifying(event)) return { kind: 'none' };
  if (event.recipients) return people(event.recipients);
  const { conversation } = event;
  if (isReaction(event)) {
    const author = event.reaction.messageSender ?? (conversation.type === 'user' ? conversation.id : undefined);
    return author === undefined ? { kind: 'none' } : people([author]);
  }
  return conversation.type === 'user' ? people([conversation.id]) : { kind: 'group', guid: conversation.id };
}

/** uids who never hear of the event whatever the audience: who acted, and who was just removed. */
export function excludedFrom(event: Event): Set<string> {
  const excluded = new Set([event.sender.uid]);
  if (isGroupAction(event)) for (const uid of membershipChange(event).remove) excluded.add(uid);
  return excluded;
}

/** How a group action changes the membership; applied before the audience is read. */
export function membershipChange(event: Event): MembershipChange {
  const uids = 'members' in event ? event.members.map((member) => member.uid) : [];
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
