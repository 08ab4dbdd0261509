import {
  type DeliveryState,
  type Event,
  type EventRef,
  isCall,
  isMessage,
  isOpen,
  type NotifyingEvent,
  type Target,
} from '@fanfare/core';
import type { Redis } from 'ioredis';
import { readStates } from '../deliveries/settle.ts';
import { readSlice } from '../plan/plan.ts';
import { deliveriesOf } from '../plan/planned-slice.ts';
import { findPlanned } from '../plan/trace.ts';
import { findCall } from './calls.ts';
import { findMessage } from './messages.ts';
import { findReaction } from './reactions.ts';

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

/** How a ring ends that never rang: overtaken by its own cancelling, or too late. */
const NEVER_RANG: readonly DeliveryState[] = ['superseded', 'expired'];

/**
 * States of the original's deliveries whose people hear of this event besides those it reached: whom a ring did not get
 * to in time has missed the call; whom a message did not, because of a later edit, gets that, and its deletion; a removal is recorded for whom the reaction
 * was superseded by it.
 */
export function countedBesides(event: Event): readonly DeliveryState[] {
  if (isCall(event)) return NEVER_RANG;
  return isMessage(event) || event.type === 'reaction.removed' ? ['superseded'] : [];
}

/**
 * The devices on which a ring has rung, or may be about to; none for who heard of it by webhook alone. Undefined: it has
 * not rung.
 */
export function rungOn(targets: Reached['targets']): ReadonlySet<string> | undefined {
  const rung = targets.filter(({ state }) => !NEVER_RANG.includes(state));
  return rung.length === 0 ? undefined : new Set(rung.flatMap(({ target }) => target.deviceId ?? []));
}

/** What `readReached` finds of one person; undefined when the event has not reached them. */
export async function findReached(
  redis: Redis,
  ref: EventRef,
  uid: string,
  besides: readonly DeliveryState[] = [],
): Promise<Reached | undefined> {
  const planned = await findPlanned(redis, ref, uid);
  const targets = (planned?.deliveries ?? []).filter(({ state }) => counts(state, besides));
  return targets.length === 0 ? undefined : { uid, targets: targets.map(({ target, state }) => ({ target, state })) };
}

/** The devices on which a ring has rung for one person; undefined as for `rungOn`, and where no ring is known. */
export const rungFor = async (
  redis: Redis,
  ring: { ref: EventRef } | undefined,
  uid: string,
): Promise<ReadonlySet<string> | undefined> =>
  rungOn((ring && (await findReached(redis, ring.ref, uid)))?.targets ?? []);

const counts = (state: DeliveryState, besides: readonly DeliveryState[]): boolean =>
  state === 'accepted' || isOpen(state) || besides.includes(state);

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
    if (!counts(state, besides)) continue;
    const one = byUid.get(uid) ?? { uid, targets: [] };
    one.targets.push({ target, state });
    byUid.set(uid, one);
  }
  return { reached: [...byUid.values()], last: planned.last };
}
