import { type Event, isMessage } from './event.ts';
import { mentionsIn } from './mentions.ts';

/** Everybody an event names: they exist from then on (spec/api.md). */
export function peopleIn(event: Event): Set<string> {
  const people = new Set([event.sender.uid, ...(event.recipients ?? [])]);
  if ('conversation' in event && event.conversation.type === 'user') people.add(event.conversation.id);
  if ('members' in event) for (const { uid } of event.members) people.add(uid);
  if ('reaction' in event && event.reaction.messageSender) people.add(event.reaction.messageSender);
  if (isMessage(event)) {
    if (event.message.quotedSender) people.add(event.message.quotedSender);
    for (const uid of mentionsIn(event.message).uids) people.add(uid);
  }
  return people;
}
