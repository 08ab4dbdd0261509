import { type NotificationDetails, type NotifyingEvent, renderDetails } from '@fanfare/core';
import { readProfiles } from '@fanfare/store';
import type { SenderDeps } from './deps.ts';
import type { LoadedEvent } from './event-cache.ts';

/** The notification for one recipient. A 1:1 recipient's own name and picture are looked up unless the event has both. */
export async function render(
  { registry }: SenderDeps,
  { accepted, profiles }: LoadedEvent,
  event: NotifyingEvent,
  uid: string,
): Promise<NotificationDetails> {
  const { type, name, avatar } = event.conversation;
  if (type === 'group' || (name && avatar)) return renderDetails(event, uid, profiles);
  const receiver = (await readProfiles(registry, accepted.appId, [uid]))[uid];
  return renderDetails(event, uid, { ...profiles, receiver });
}
