import { audienceOf, type Deadline, deadlineOf, type Event, type Lane, laneOf } from '@fanfare/core';
import { isRingOver } from '@fanfare/ledger';
import type { App } from '@fanfare/store';
import { groupSizeOf, sizeOf } from '../accept/audience-size.ts';
import type { IngestDeps } from '../deps.ts';

/** The lane and the deadline that an event would be given at `now` (epoch ms). */
export async function routeOf(
  deps: IngestDeps,
  app: App,
  event: Event,
  now: number,
): Promise<{ lane: Lane; deadline: Deadline }> {
  const audience = audienceOf(event, app.settings);
  const groupSize = audience.kind === 'group' ? await groupSizeOf(deps, app, audience.guid) : 0;
  return {
    lane: laneOf(
      event,
      sizeOf(audience, () => groupSize),
      deps.config.BULK_AUDIENCE,
    ),
    deadline: deadlineOf(event, now, app.settings.deadlines),
  };
}

/** How an event would end that nobody need hear of any more; undefined: it is still news. */
export async function staleness(
  { queueRedis }: IngestDeps,
  appId: string,
  event: Event,
  { leaveBy, now }: { leaveBy: number; now: number },
): Promise<'expired' | 'superseded' | undefined> {
  if (leaveBy <= now) return 'expired';
  if (event.type !== 'call.initiated') return undefined;
  return (await isRingOver(queueRedis, appId, event.call.sessionId, event.sentAt)) ? 'superseded' : undefined;
}
