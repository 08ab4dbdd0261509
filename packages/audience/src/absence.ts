import { type Event, excludedFrom, isNotifying } from '@fanfare/core';

/** Why a user is not in the audience of an event. */
export type Absence =
  | 'notifies_nobody'
  | 'sender'
  | 'removed'
  | 'not_named'
  | 'erased'
  | 'deactivated'
  | 'blocked'
  | 'not_a_member'
  | 'original_unknown'
  | 'not_reached';

/** Why a user can never be a recipient; undefined when they can. */
export function absenceByEvent(event: Event, uid: string): Absence | undefined {
  if (!isNotifying(event)) return 'notifies_nobody';
  if (excludedFrom(event).has(uid)) return uid === event.sender.uid ? 'sender' : 'removed';
  return event.recipients && !event.recipients.includes(uid) ? 'not_named' : undefined;
}
