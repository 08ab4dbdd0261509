import { audienceSize, groupSize } from '@fanfare/audience';
import { type AcceptedEvent, audienceOf, deadlineOf, type Event, laneOf, newEventKey } from '@fanfare/core';
import type { App } from '@fanfare/store';
import type { IngestDeps } from '../deps.ts';

/** An event as it is accepted now: its key, its lane by the size of its audience, its deadlines. Stores nothing. */
export function asAccepted(deps: IngestDeps, app: App, event: Event, size: number): AcceptedEvent {
  const receivedAt = deps.now();
  return {
    key: newEventKey(receivedAt, deps.random),
    appId: app.appId,
    event,
    lane: laneOf(event, size, deps.config.BULK_AUDIENCE),
    receivedAt,
    ...deadlineOf(event, receivedAt, app.settings.deadlines),
    settingsVersion: app.version,
  };
}

/** How many users each event is for, about; a group that several events are for is counted once. */
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
