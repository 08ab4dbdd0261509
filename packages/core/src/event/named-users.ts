import { conversationOf, type Event, hasMembers, isGroupAction, isMessage, isReaction } from './event.ts';
import { mentionsIn } from './mentions.ts';

/**
 * Everybody whom the chat backend names in an event: they exist from then on (docs/rules/delivery.md#acceptance). Not
 * whom a text mentions by tokens alone: texts are people's own, and thousands of uids that are nobody's fit into one.
 */
export function namedUsers(event: Event): Set<string> {
  const people = new Set([event.sender.uid, ...(event.recipients ?? [])]);
  const conversation = conversationOf(event);
  if (conversation?.type === 'user') people.add(conversation.id);
  if (hasMembers(event)) for (const { uid } of event.members) people.add(uid);
  if (isReaction(event) && event.reaction.messageSender) people.add(event.reaction.messageSender);
  if (isMessage(event)) {
    if (event.message.quotedSender) people.add(event.message.quotedSender);
    for (const uid of event.message.mentions ?? []) people.add(uid);
  }
  return people;
}

/** A notification is a few lines: it has no room for more names. */
const MAX_SHOWN = 100;

/** Those whose names a notification may say besides the sender's: members of a group action, people mentioned. */
export function shownUsers(event: Event): string[] {
  if (isGroupAction(event)) return event.members.slice(0, MAX_SHOWN).map((member) => member.uid);
  return isMessage(event) ? [...mentionsIn(event.message).uids].slice(0, MAX_SHOWN) : [];
}
