import { type DeliveryState, type EventRef, isMessage, isOpen, type NotifyingEvent, type Target } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { findCall } from './calls.ts';
import { findMessage } from './messages.ts';
import { readSlice } from './plan.ts';
import { deliveriesOf } from './planned-slice.ts';
import { findReaction } from './reactions.ts';
import { readStates } from './settle.ts';

/**
 * The event that this one changes or takes back, and so the only one whose recipients it concerns: the message of an
 * edit or a deletion, a reaction that is removed, the ring of a call that was given up. `unknown`: there must have been
 * one, and nobody knows any more to whom it went. Undefined: the event stands for itself.
 */
export async function originalOf(
  redis: Redis,
  appId: string,
  event: NotifyingEvent,
): Promise<EventRef | 'unknown' | undefined> {
  if (isMessage(event)) {
    if (event.type === 'message.sent') return undefined;
    return (await findMessage(redis, appId, event.message.id))?.ref ?? 'unknown';
  }
  if (event.type === 'reaction.removed') {
    return (await findReaction(redis, appId, event.reaction.id))?.ref ?? 'unknown';
  }
  if (event.type !== 'call.cancelled' && event.type !== 'call.unanswered') return undefined;
  return (await findCall(redis, appId, event.call.sessionId))?.ref;
}

/** Somebody whom an event has reached or may still reach, and through which targets. */
export interface Reached {
  uid: string;
  /** Those whose delivery is accepted or open, or in a state that was asked for besides; at least one. */
  targets: { target: Target; state: DeliveryState }[];
}

/**
 * Of one slice of an event's plan, those whom the event has reached or may still reach: who must hear of its edit, its
 * removal, or the next state of its call. `besides`: states that count as well. Undefined when there is no such slice
 * (yet), or the event is gone.
 */
export async function readReached(
  redis: Redis,
  ref: EventRef,
  slice: number,
  besides: readonly DeliveryState[] = [],
): Promise<{ reached: Reached[]; last: boolean } | undefined> {
  const planned = await readSlice(redis, ref, slice);
  if (!planned) return undefined;
  const deliveries = deliveriesOf(planned);
  const ordinals = deliveries.map((delivery) => delivery.ordinal);
  const states = await readStates(redis, ref, ordinals);
  const byUid = new Map<string, Reached>();
  for (const [i, { uid, ordinal: _, unread: __, ...target }] of deliveries.entries()) {
    const state = states[i] as DeliveryState;
    if (state !== 'accepted' && !isOpen(state) && !besides.includes(state)) continue;
    const one = byUid.get(uid) ?? { uid, targets: [] };
    one.targets.push({ target, state });
    byUid.set(uid, one);
  }
  return { reached: [...byUid.values()], last: planned.last };
}
