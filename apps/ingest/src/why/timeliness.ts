import { audienceOf, type Deadline, deadlineOf, type Event, type Lane, laneOf } from '@fanfare/core';
import { ringEnded } from '@fanfare/ledger';
import { type App, countMembers, readGroupSize } from '@fanfare/store';
import type { IngestDeps } from '../deps.ts';

/** The lane and the deadline that an event would be given at `now` (epoch ms). */
export async function routeOf(
  { registry, config }: IngestDeps,
  { appId, settings }: App,
  event: Event,
  now: number,
): Promise<{ lane: Lane; deadline: Deadline }> {
  const audience = audienceOf(event, settings);
  const sizeOf = settings.membership ? readGroupSize : countMembers;
  const size =
    audience.kind === 'group'
      ? ((await sizeOf(registry, appId, audience.guid)) ?? 0)
      : audience.kind === 'people'
        ? audience.uids.length
        : 0;
  return {
    lane: laneOf(event, size, config.BULK_AUDIENCE),
    deadline: deadlineOf(event, now, settings.deadlines),
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
  return (await ringEnded(queueRedis, appId, event.call.sessionId)) === undefined ? undefined : 'superseded';
}
