import { type AcceptedEvent, type EventRef, isCall, isOpen } from '@fanfare/core';
import { countedBesides, findReached, isFullyPlanned, readReached, rungOn } from '@fanfare/ledger';
import type { Redis } from 'ioredis';
import { type AudienceSource, absent, type Page } from '../source.ts';

/** How soon to look again whether the original has been planned further. */
const RETRY_MS = 200;

/** How soon to look again whether a ring has been sent, and for how long after the call was given up. */
const RING_RETRY_MS = 100;
const RING_WAIT_MS = 1500;

/**
 * The users who were sent the original event, or are about to be, and for a call also those whose ring did not reach
 * them in time; the cursor counts the original's slices. While the original is still being planned, later slices are
 * waited for. An open ring is as a rule superseded at once and must not count as rung: it is waited for as well, at the
 * first look and for a moment after the event came; one that is open then may be with the provider.
 */
export const reachedSource = (
  queueRedis: Redis,
  original: EventRef,
  { event, receivedAt }: Pick<AcceptedEvent, 'event' | 'receivedAt'>,
): AudienceSource => {
  const wanted = event.recipients && new Set(event.recipients);
  const besides = countedBesides(event);
  return {
    page: async ({ now, isFirst }, cursor) => {
      const number = cursor === '' ? 0 : Number(cursor);
      // Asked first: a slice that is planned in between is then found.
      const complete = await isFullyPlanned(queueRedis, original);
      const slice = await readReached(queueRedis, original, number, besides);
      if (!slice) {
        // Gone with its retention, the original has no more slices either.
        const isOver = complete !== false;
        return isOver ? { kind: 'page', uids: [], cursor, last: true } : { kind: 'later', retryInMs: RETRY_MS };
      }
      const waits = isCall(event) && (isFirst || now() - receivedAt < RING_WAIT_MS);
      if (waits && isUndecided(slice)) return { kind: 'later', retryInMs: RING_RETRY_MS };
      return pageOf(slice, number, wanted);
    },
    standing: async (uid) => {
      if (wanted && !wanted.has(uid)) return absent('not_named');
      const reached = await findReached(queueRedis, original, uid, besides);
      return reached ? { kind: 'member', rung: rungOn(reached.targets) } : absent('not_reached');
    },
  };
};

type ReachedSlice = NonNullable<Awaited<ReturnType<typeof readReached>>>;

const isUndecided = ({ reached }: ReachedSlice): boolean =>
  reached.some(({ targets }) => targets.some(({ state }) => isOpen(state)));

function pageOf({ reached, last }: ReachedSlice, number: number, wanted: ReadonlySet<string> | undefined): Page {
  const users = wanted ? reached.filter(({ uid }) => wanted.has(uid)) : reached;
  const rung = new Map<string, ReadonlySet<string>>();
  for (const { uid, targets } of users) {
    const devices = rungOn(targets);
    if (devices) rung.set(uid, devices);
  }
  return { kind: 'page', uids: users.map(({ uid }) => uid), cursor: String(number + 1), last, rung };
}
