import { type Event, isGroupAction, isMessage } from './event.ts';
import { mentionsIn } from './mentions.ts';

/** A notification is a few lines: it has no room for more names. */
const MAX_SHOWN = 100;

/** Those whose names a notification may say besides the sender's: members of a group action, people mentioned. */
export function shownUsers(event: Event): string[] {
  if (isGroupAction(event)) return event.members.slice(0, MAX_SHOWN).map((member) => member.uid);
  return isMessage(event) ? [...mentionsIn(event.message).uids].slice(0, MAX_SHOWN) : [];
}
