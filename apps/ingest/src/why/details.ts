import { type NotificationDetails, type NotifyingEvent, type ProviderKind, renderDetails } from '@fanfare/core';
import { type App, readUnread } from '@fanfare/store';
import type { Redis } from 'ioredis';
import type { Cast } from './profiles.ts';

/** The notification of an event for one person, were it posted now; a new message counts as unread, but is not counted. */
export async function detailsFor(
  registry: Redis,
  { appId, settings }: App,
  event: NotifyingEvent,
  { profiles, recipient }: Cast,
  provider: ProviderKind,
): Promise<NotificationDetails> {
  if (!settings.badge) return renderDetails(event, { settings, profiles, recipient, provider });
  const before = await readUnread(registry, appId, recipient.uid);
  const unread = event.type === 'message.sent' ? before + 1 : before;
  return renderDetails(event, { settings, profiles, recipient, provider, unread });
}
