import { type AcceptedEvent, conversationKeyOf, type ModerationDecision, type NotifyingEvent } from '@fanfare/core';
import { clearUnreadOfFormer, countUnread, readUnreadOf } from '@fanfare/store';
import type { Redis } from 'ioredis';
import type { AudienceSource } from './source.ts';

/** What unread counts depend on besides the users. */
export interface Counting extends Pick<AcceptedEvent, 'appId' | 'key'> {
  event: NotifyingEvent;
  source: AudienceSource;
  moderation: ModerationDecision;
}

/** Only a new message that moderation lets through counts as unread. */
const isCounted = (event: NotifyingEvent, moderation: ModerationDecision): boolean =>
  event.type === 'message.sent' && moderation.kind !== 'closed';

/**
 * Counts a new message as unread for each of these users, once however often it is planned, and returns their totals;
 * other events count nothing. The count of a member who left while the slice was planned is cleared again, as leaving
 * does.
 */
export async function countUnreadBy(registry: Redis, counting: Counting, uids: readonly string[]): Promise<number[]> {
  const { appId, key, event, source, moderation } = counting;
  if (!isCounted(event, moderation)) return readUnreadOf(registry, appId, uids);
  const conversation = conversationKeyOf(event.sender.uid, event.conversation);
  const totals = await countUnread(registry, appId, { conversationId: conversation, eventKey: key }, uids);
  if (source.group !== undefined && !source.isPulled) await clearUnreadOfFormer(registry, appId, source.group, uids);
  return totals;
}

/** The totals `countUnreadBy` would return if the event were accepted now; counts nothing. */
export async function foreseeUnread(
  registry: Redis,
  { appId, event, moderation }: Omit<Counting, 'key' | 'source'>,
  uids: readonly string[],
): Promise<number[]> {
  const counts = await readUnreadOf(registry, appId, uids);
  return isCounted(event, moderation) ? counts.map((count) => count + 1) : counts;
}
