import { type Event, isGroupAction, isMessage } from './event.ts';
import { mentionsIn } from './mentions.ts';

/** A notification is a few lines: more names do not fit. */
const MAX_SHOWN = 100;

/** Users a notification may name besides the sender: members of a group action, users mentioned. */
export function shownUsers(event: Event): string[] {
  if (isGroupAction(event)) return event.members.slice(0, MAX_SHOWN).map((member) => member.uid);
  return isMessage(event) ? [...mentionsIn(event.message).uids].slice(0, MAX_SHOWN) : [];
}
