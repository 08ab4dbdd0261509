import { type AcceptedEvent, type DeliveryState, type EventRef, isCall } from '@fanfare/core';
import { isFullyPlanned, readReached } from '@fanfare/ledger';
import type { Redis } from 'ioredis';
import type { AudienceSource, Page } from './source.ts';

/** How soon to look again whether the original has been planned further. */
const RETRY_MS = 200;

/** How a ring ends that never rang: overtaken by its own cancelling, or too late. Whom it was for has missed the call. */
const NEVER_RANG: readonly DeliveryState[] = ['superseded', 'expired'];

/**
 * Who was sent the original, or is about to be, and of a call also whom its ring did not get to in time; the cursor
 * counts the original's slices. While it is still being planned, later slices are waited for.
 */
export const reachedSource = (
  queueRedis: Redis,
  original: EventRef,
  { event }: Pick<AcceptedEvent, 'event'>,
): AudienceSource => {
  const wanted = event.recipients && new Set(event.recipients);
  const besides = isCall(event) ? NEVER_RANG : [];
  return {
    page: async (cursor) => {
      const number = cursor === '' ? 0 : Number(cursor);
      // Asked first: a slice that is planned in between is then found.
      const complete = await isFullyPlanned(queueRedis, original);
      const slice = await readReached(queueRedis, original, number, besides);
      if (slice) return pageOf(slice, number, wanted);
      // Gone with its retention, it has no more either.
      return complete === false ? { retryInMs: RETRY_MS } : { uids: [], cursor, last: true };
    },
  };
};

type ReachedSlice = NonNullable<Awaited<ReturnType<typeof readReached>>>;

function pageOf({ reached, last }: ReachedSlice, number: number, wanted: ReadonlySet<string> | undefined): Page {
  const people = wanted ? reached.filter(({ uid }) => wanted.has(uid)) : reached;
  const rung = new Map(
    people.map(({ uid, targets }) => [
      uid,
      new Set(targets.flatMap(({ target, state }) => (NEVER_RANG.includes(state) ? [] : (target.deviceId ?? [])))),
    ]),
  );
  return { uids: people.map(({ uid }) => uid), cursor: String(number + 1), last, rung };
}
