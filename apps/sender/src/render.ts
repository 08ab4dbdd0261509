import { type NotificationDetails, type NotifyingEvent, type RenderContext, renderDetails } from '@fanfare/core';
import type { LoadedEvent } from './event-cache.ts';

/** The notification for one recipient, in their language and with as much as they want shown. */
export function render(
  { profiles }: LoadedEvent,
  event: NotifyingEvent,
  { recipient, ...rest }: Pick<RenderContext, 'settings' | 'recipient' | 'unread'>,
): NotificationDetails {
  if (event.conversation.type === 'group') return renderDetails(event, { ...rest, recipient, profiles });
  const { name, avatar } = recipient;
  return renderDetails(event, { ...rest, recipient, profiles: { ...profiles, receiver: { name, avatar } } });
}
