import { type AcceptedEvent, type EventRef, isCall, isOpen } from '@fanfare/core';
import { countedBesides, isFullyPlanned, readReached, rungOn } from '@fanfare/ledger';
import type { FanoutDeps } from '../deps.ts';
import type { AudienceSource, Page } from './source.ts';

/** How soon to look again whether the original has been planned further. */
const RETRY_MS = 200;

/** How soon to look again whether a ring has been sent, and how long after the call was given up that is waited for. */
const RING_RETRY_MS = 100;
const RING_WAIT_MS = 1500;

/**
 * Who was sent the original, or is about to be, and of a call also whom its ring did not get to in time; the cursor
 * counts the original's slices. While it is still being planned, later slices are waited for. A ring that is open is as
 * a rule overtaken at once, and must not count as rung: it is waited for as well, at the `first` look and for a moment
 * after the event came; what is open then may be with the provider.
 */
export const reachedSource = (
  { queueRedis, now }: Pick<FanoutDeps, 'queueRedis' | 'now'>,
  original: EventRef,
  { event, receivedAt }: Pick<AcceptedEvent, 'event' | 'receivedAt'>,
  first: boolean,
): AudienceSource => {
  const wanted = event.recipients && new Set(event.recipients);
  const besides = countedBesides(event);
  return {
    page: async (cursor) => {
      const number = cursor === '' ? 0 : Number(cursor);
      // Asked first: a slice that is planned in between is then found.
      const complete = await isFullyPlanned(queueRedis, original);
      const slice = await readReached(queueRedis, original, number, besides);
      // Gone with its retention, it has no more either.
      if (!slice) return complete === false ? { retryInMs: RETRY_MS } : { uids: [], cursor, last: true };
      const waits = isCall(event) && (first || now() - receivedAt < RING_WAIT_MS);
      if (waits && isUndecided(slice)) return { retryInMs: RING_RETRY_MS };
      return pageOf(slice, number, wanted);
    },
  };
};

type ReachedSlice = NonNullable<Awaited<ReturnType<typeof readReached>>>;

const isUndecided = ({ reached }: ReachedSlice): boolean =>
  reached.some(({ targets }) => targets.some(({ state }) => isOpen(state)));

function pageOf({ reached, last }: ReachedSlice, number: number, wanted: ReadonlySet<string> | undefined): Page {
  const people = wanted ? reached.filter(({ uid }) => wanted.has(uid)) : reached;
  const rung = new Map<string, ReadonlySet<string>>();
  for (const { uid, targets } of people) {
    const devices = rungOn(targets);
    if (devices) rung.set(uid, devices);
  }
  return { uids: people.map(({ uid }) => uid), cursor: String(number + 1), last, rung };
}
