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
import { mayHaveLeft } from '../deliveries/attempts.ts';
import { readStates } from '../deliveries/states.ts';
import { readSlice } from '../plan/plan.ts';
import { deliveriesOf } from '../plan/planned-slice.ts';
import { findPlanned } from '../plan/trace.ts';
import { findCall } from './calls.ts';
import { findMessage } from './messages.ts';
import { findReaction } from './reactions.ts';

/**
 * The event that this one changes or takes back, and whose recipients alone it concerns: the message of an edit or a
 * deletion, the addition of a removed reaction, the ring of a call that was given up. `unknown`: there must have been
 * one, but its recipients are no longer known. Undefined: the event has no original.
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

/** A target of an event and the state of its delivery. */
export interface ReachedTarget {
  target: Target;
  state: DeliveryState;
  /** Not sent as far as is known, but an unrecorded attempt may have reached the provider. */
  mayHaveLeft?: true;
}

/** A user whom an event has reached or may still reach, and the targets. */
export interface Reached {
  uid: string;
  /** The deliveries that are accepted, open, or in one of the extra states requested; at least one. */
  targets: ReachedTarget[];
}

/** How a ring ends that was not sent: superseded, or too late. */
export const NOT_SENT: readonly DeliveryState[] = ['superseded', 'expired'];

/**
 * The states of the original's deliveries whose recipients get this event in addition to those it reached. A user whose
 * ring was not sent in time has missed the call; a user whose message was superseded by an edit gets that edit, and so
 * its deletion; a removal is recorded for a user whose reaction was superseded by it.
 */
export function countedBesides(event: Event): readonly DeliveryState[] {
  if (isCall(event)) return NOT_SENT;
  return isMessage(event) || event.type === 'reaction.removed' ? ['superseded'] : [];
}

/** What `readReached` returns about one user; undefined when the event has not reached them. */
export async function findReached(
  redis: Redis,
  ref: EventRef,
  uid: string,
  besides: readonly DeliveryState[] = [],
): Promise<Reached | undefined> {
  const planned = await findPlanned(redis, ref, uid);
  const deliveries = (planned?.deliveries ?? []).map((delivery) => ({ ...delivery, uid }));
  return (await reachedBy(redis, ref, deliveries, besides))[0];
}

/**
 * The users in one slice of an event's plan whom the event has reached or may still reach, and who must get its edit,
 * its removal or the next state of its call. `besides`: states that count as well. Undefined when there is no such
 * slice (yet), or the event has expired.
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
  const withStates = deliveries.map(({ ordinal, uid, unread: _, ...target }, i) => ({
    ordinal,
    uid,
    target,
    state: states[i] as DeliveryState,
  }));
  return { reached: await reachedBy(redis, ref, withStates, besides), last: planned.last };
}

/** Groups the deliveries that count by user, and marks those that may have been sent all the same. */
async function reachedBy(
  redis: Redis,
  ref: EventRef,
  deliveries: readonly { ordinal: number; uid: string; target: Target; state: DeliveryState }[],
  besides: readonly DeliveryState[],
): Promise<Reached[]> {
  const counted = deliveries.filter(({ state }) => state === 'accepted' || isOpen(state) || besides.includes(state));
  const unsent = counted.filter(({ state }) => NOT_SENT.includes(state));
  const inDoubt = await mayHaveLeft(
    redis,
    ref,
    unsent.map(({ ordinal }) => ordinal),
  );
  const byUid = new Map<string, Reached>();
  for (const { uid, ordinal, target, state } of counted) {
    const reached = byUid.get(uid) ?? { uid, targets: [] };
    reached.targets.push({ target, state, ...(inDoubt.has(ordinal) ? { mayHaveLeft: true } : {}) });
    byUid.set(uid, reached);
  }
  return [...byUid.values()];
}
