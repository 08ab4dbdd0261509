import { type AcceptedEvent, type EventRef, isCall } from '@fanfare/core';
import { countedBesides, findReached, isFullyPlanned, isUndecided, readReached, rungOn } from '@fanfare/ledger';
import type { Redis } from 'ioredis';
import { type AudienceSource, absent, type Page } from '../source.ts';
import { RING_RETRY_MS, waitsForRing } from './ring-wait.ts';

/** How soon to check again whether the original has been planned further. */
const RETRY_MS = 200;

/**
 * The users who were sent the original event, or are about to be, and for a call also those whose ring did not reach
 * them in time; the cursor counts the original's slices. While the original is still being planned, later slices are
 * waited for, and so is a ring being sent (see `waitsForRing`).
 */
export const reachedSource = (
  queueRedis: Redis,
  original: EventRef,
  { event, receivedAt }: Pick<AcceptedEvent, 'event' | 'receivedAt'>,
): AudienceSource => {
  const wanted = event.recipients && new Set(event.recipients);
  const besides = countedBesides(event);
  return {
    page: async (walk, cursor) => {
      const number = cursor === '' ? 0 : Number(cursor);
      // Read first: a slice that is planned in between is then found.
      const complete = await isFullyPlanned(queueRedis, original);
      const slice = await readReached(queueRedis, original, number, besides);
      if (!slice) {
        // An expired original has no more slices either.
        const isOver = complete !== false;
        return isOver ? { kind: 'page', uids: [], cursor, last: true } : { kind: 'later', retryInMs: RETRY_MS };
      }
      if (isCall(event) && isUndecided(slice.reached) && waitsForRing(walk, receivedAt))
        return { kind: 'later', retryInMs: RING_RETRY_MS };
      return pageOf(slice, number, wanted);
    },
    standing: async (uid) => {
      if (wanted && !wanted.has(uid)) return absent('not_named');
      const reached = await findReached(queueRedis, original, uid, besides);
      if (reached) return { kind: 'member', rung: rungOn(reached.targets) };
      return absent(isCall(event) && uid === event.sender.uid ? 'sender' : 'not_reached');
    },
  };
};

type ReachedSlice = NonNullable<Awaited<ReturnType<typeof readReached>>>;

function pageOf({ reached, last }: ReachedSlice, number: number, wanted: ReadonlySet<string> | undefined): Page {
  const users = wanted ? reached.filter(({ uid }) => wanted.has(uid)) : reached;
  const rung = new Map<string, ReadonlySet<string>>();
  for (const { uid, targets } of users) {
    const devices = rungOn(targets);
    if (devices) rung.set(uid, devices);
  }
  return { kind: 'page', uids: users.map(({ uid }) => uid), cursor: String(number + 1), last, rung };
}
