import { audienceSize, groupSize } from '@fanfare/audience';
import { type AcceptedEvent, audienceOf, deadlineOf, type Event, laneOf, newEventKey } from '@fanfare/core';
import type { App } from '@fanfare/store';
import type { IngestDeps } from '../deps.ts';

/**
 * Builds the accepted event: its key, deadlines, and lane by audience size. Stores nothing. All have the same shape: V8
 * looks up the fields of objects put together from others anew for each.
 */
export function asAccepted(
  deps: IngestDeps,
  app: App,
  event: Event,
  size: number,
  traceparent?: string,
): AcceptedEvent {
  const receivedAt = deps.now();
  const { leaveBy, holdUntil } = deadlineOf(event, receivedAt, app.settings.deadlines);
  return {
    key: newEventKey(receivedAt, deps.random),
    appId: app.appId,
    event,
    lane: laneOf(event, size, deps.config.BULK_AUDIENCE),
    receivedAt,
    leaveBy,
    holdUntil,
    settingsVersion: app.version,
    traceparent,
  };
}

/** The approximate audience size of each event. Counts a group once, even if several events concern it. */
export async function audienceSizes(
  { registry }: Pick<IngestDeps, 'registry'>,
  app: App,
  events: readonly Event[],
): Promise<number[]> {
  const audiences = events.map((event) => audienceOf(event, app.settings));
  const guids = [...new Set(audiences.flatMap((audience) => (audience.kind === 'group' ? [audience.guid] : [])))];
  const sizes = await Promise.all(guids.map((guid) => groupSize(registry, app, guid)));
  const groups = new Map(guids.map((guid, i) => [guid, sizes[i] as number]));
  return audiences.map((audience) => audienceSize(audience, (guid) => groups.get(guid) ?? 0));
}
