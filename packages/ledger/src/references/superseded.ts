import { type Event, isMessage } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { isRingOver } from './calls.ts';
import { isChangedSince } from './changes.ts';
import { isReactionRemoved } from './reactions.ts';

/**
 * Whether an event no longer holds: its ring has ended, its message was deleted or edited since, or its reaction was
 * removed. `key` is the event's. At most one GET.
 */
export async function isSuperseded(redis: Redis, appId: string, event: Event, key: string): Promise<boolean> {
  if (event.type === 'call.initiated') return isRingOver(redis, appId, event.call.sessionId, event.sentAt);
  if (event.type === 'reaction.added') return isReactionRemoved(redis, appId, event.reaction.id, event.sentAt);
  return isMessage(event) && event.type !== 'message.deleted' && isChangedSince(redis, appId, event, key);
}
