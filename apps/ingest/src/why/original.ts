import { type EventRef, isMessage, isOpen, type NotifyingEvent } from '@fanfare/core';
import { findCall, findMessage, findPlanned, findReaction } from '@fanfare/ledger';
import type { Redis } from 'ioredis';

/**
 * The event that this one changes or takes back, as the fan-out looks it up: the message of an edit or a deletion, a
 * reaction that is removed, the ring of a call that was given up. `unknown`: there must have been one, and nobody knows
 * any more to whom it went. Undefined: the event stands for itself.
 */
export async function originalOf(
  queueRedis: Redis,
  appId: string,
  event: NotifyingEvent,
): Promise<EventRef | 'unknown' | undefined> {
  if (isMessage(event)) {
    if (event.type === 'message.sent') return undefined;
    return (await findMessage(queueRedis, appId, event.message.id))?.ref ?? 'unknown';
  }
  if (event.type === 'reaction.removed') {
    return (await findReaction(queueRedis, appId, event.reaction.id))?.ref ?? 'unknown';
  }
  if (event.type !== 'call.cancelled' && event.type !== 'call.unanswered') return undefined;
  return (await findCall(queueRedis, appId, event.call.sessionId))?.ref;
}

/** The devices on which an event has reached a person, or may still; undefined when it has not reached them at all. */
export async function reachedDevices(
  queueRedis: Redis,
  original: EventRef,
  uid: string,
): Promise<ReadonlySet<string> | undefined> {
  const planned = await findPlanned(queueRedis, original, uid);
  const reached = (planned?.deliveries ?? []).filter(({ state }) => state === 'accepted' || isOpen(state));
  if (reached.length === 0) return undefined;
  return new Set(reached.flatMap(({ target }) => target.deviceId ?? []));
}
