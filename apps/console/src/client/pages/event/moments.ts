import type { ListedEvent, RecentOutcome } from '@fanfare/client';

/** A moment in the life of an event. */
export interface Moment {
  label: string;
  /** Epoch ms. */
  at: number;
  state: 'past' | 'ahead';
}

/**
 * The moments of an event in their order. Acceptances are known only from the latest attempts, which are kept for an
 * hour, and some of them when there are many.
 */
export function momentsOf(
  event: Pick<ListedEvent, 'id' | 'receivedAt' | 'finishedAt' | 'leaveBy'>,
  attempts: readonly Pick<RecentOutcome, 'at' | 'eventId' | 'outcome'>[],
  now: number,
): Moment[] {
  const accepted = attempts
    .filter(({ eventId, outcome }) => eventId === event.id && outcome === 'accepted')
    .map(({ at }) => at);
  const first = Math.min(...accepted);
  const last = Math.max(...accepted);
  const moments = [
    { label: 'Received', at: event.receivedAt },
    ...(accepted.length > 0 ? [{ label: 'First accepted', at: first }] : []),
    ...(last > first ? [{ label: 'Last accepted', at: last }] : []),
    ...(event.finishedAt === undefined ? [] : [{ label: 'Done', at: Math.max(event.finishedAt, ...accepted) }]),
    { label: 'Deadline', at: event.leaveBy },
  ];
  return moments
    .map((moment) => ({ ...moment, state: moment.at <= now ? ('past' as const) : ('ahead' as const) }))
    .sort((one, other) => one.at - other.at);
}
