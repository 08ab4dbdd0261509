import { type AcceptedEvent, Event, EventId, type EventRef, FanfareError } from '@fanfare/core';
import { findEvent, readEvent } from '@fanfare/ledger';
import type { IngestDeps } from '../deps.ts';
import { badField } from '../http/fields.ts';

/** An event that is kept. @throws FanfareError `ERR_EVENT_NOT_FOUND`. */
export async function requireEvent(
  { queueRedis }: Pick<IngestDeps, 'queueRedis'>,
  appId: string,
  id: string,
): Promise<{ ref: EventRef; accepted: AcceptedEvent }> {
  const ref = await findEvent(queueRedis, appId, id);
  const accepted = ref && (await readEvent(queueRedis, ref));
  if (!accepted) throw new FanfareError('ERR_EVENT_NOT_FOUND', `id: there is no event "${id}"`);
  return { ref, accepted };
}

/** The fields of a body with an event to try out. */
export const triedFields = {
  event: Event.optional().describe('As it would be posted.'),
  eventId: EventId.optional().describe('Instead of `event`: the id of an event that is kept, tried as if it came now.'),
};

/** The event to try out. @throws FanfareError unless the body has one, or the id of one that is kept. */
export async function triedEvent(
  deps: Pick<IngestDeps, 'queueRedis' | 'now'>,
  appId: string,
  { event, eventId }: { event?: Event | undefined; eventId?: string | undefined },
): Promise<Event> {
  if (event && eventId !== undefined) throw badField('eventId', 'must be absent beside an event');
  if (event) return event;
  if (eventId === undefined) throw badField('event', 'is required, or eventId');
  const { accepted } = await requireEvent(deps, appId, eventId);
  return { ...accepted.event, sentAt: deps.now() };
}
