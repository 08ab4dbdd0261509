import type { MessageEvent } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { rankOf, writeLatest } from './reference.ts';

/** Ranks above every edit. */
const DELETED = '~';

/**
 * Records that a message was edited or deleted by the event with this key: its earlier versions must no longer be sent.
 * The latest edit by the chat backend's time wins; a deletion is final. About 190 bytes per changed message.
 */
export async function recordChange(
  redis: Redis,
  appId: string,
  event: MessageEvent,
  key: string,
  retentionMs: number,
): Promise<void> {
  await writeLatest(redis, keys.change(appId, event.message.id), rankOfChange(event, key), retentionMs);
}

/**
 * Whether a message, or an edit of one, is superseded: the message was deleted, or edited later. `key` is that of the
 * event. One GET.
 */
export async function isChangedSince(redis: Redis, appId: string, event: MessageEvent, key: string): Promise<boolean> {
  const latest = await redis.get(keys.change(appId, event.message.id));
  return latest !== null && latest > rankOfChange(event, key);
}

/** By time, and within a millisecond by receipt. A new message ranks below every change of it. */
function rankOfChange({ type, sentAt }: MessageEvent, key: string): string {
  if (type === 'message.sent') return '';
  return type === 'message.deleted' ? DELETED : rankOf(sentAt) + key;
}
