import { type CallEvent, type Event, isCall } from '../event/event.ts';

/** The ring of a call for one recipient, as a later state of the call needs it. */
export interface Ring {
  /** The recipient's devices on which it rang, or may have; none where only the webhook was notified. */
  devices: ReadonlySet<string>;
  /** Whether this event is the one that ends it on them, and it may still be showing there. */
  isEndedNow: boolean;
}

/** How long past its deadline a ring may still be showing: it may have left at the last moment. */
const SHOWN_AFTER_MS = 5000;

/** Until when a ring that leaves by `leaveBy` can be showing on a device (both epoch ms). */
export const ringShowsUntil = (leaveBy: number): number => leaveBy + SHOWN_AFTER_MS;

/** Whether an event is a state of a call after its ring. */
export const followsRing = (event: Event): event is CallEvent => isCall(event) && event.type !== 'call.initiated';

/** States that a member of a group brings about alone: the call goes on ringing for the others. */
const BY_ONE: ReadonlySet<Event['type']> = new Set(['call.ongoing', 'call.rejected', 'call.busy']);

/** Whether a state ends the ring for everyone, and not only for the sender. */
export const endsRing = (event: CallEvent): boolean =>
  followsRing(event) && !(event.conversation.type === 'group' && BY_ONE.has(event.type));

/** Whether a state ends the ring on a recipient's devices. */
export const endsRingFor = (event: CallEvent, uid: string): boolean =>
  endsRing(event) || (followsRing(event) && uid === event.sender.uid);
