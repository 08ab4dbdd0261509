import type { Event, MessageEvent } from './event.ts';

/** Moderation statuses of the chat backend, in CometChat's words. */
export const MODERATION_STATUSES = ['approved', 'pending', 'disapproved'] as const;
export type ModerationStatus = (typeof MODERATION_STATUSES)[number];

/** Whether an event may be planned now, and the reason if it must not notify. */
export type ModerationDecision =
  | { kind: 'open' }
  | { kind: 'wait' }
  | { kind: 'closed'; reason: 'MODERATION_DISAPPROVED' | 'MODERATION_PENDING' };

/** The event's own status; new and edited messages only. */
export const moderationStatus = (event: Event): ModerationStatus | undefined =>
  event.type === 'message.sent' || event.type === 'message.edited' ? event.message.moderation : undefined;

/**
 * How moderation affects an event. `verdict` is the latest one received for its message (an edit makes it pending
 * again). `waits`: the app moderates, so a pending message waits for its verdict. `late`: the deadline, which counts
 * from receipt, has passed.
 */
export function moderationDecision(
  event: Event,
  { verdict, waits, late }: { verdict: ModerationStatus | undefined; waits: boolean; late: boolean },
): ModerationDecision {
  const status = moderationStatus(event);
  if (status === 'disapproved') return { kind: 'closed', reason: 'MODERATION_DISAPPROVED' };
  if (status !== 'pending' || verdict === 'approved') return { kind: 'open' };
  if (verdict === 'disapproved') return { kind: 'closed', reason: 'MODERATION_DISAPPROVED' };
  if (!waits) return { kind: 'open' };
  return late ? { kind: 'closed', reason: 'MODERATION_PENDING' } : { kind: 'wait' };
}

const MAX_ID = 128;

/** Turns a message disapproved after acceptance into its deletion, without its text. */
export function asDeletion({ id, message, ...event }: MessageEvent): MessageEvent {
  const { text: _text, object: _object, ...rest } = message;
  return {
    ...event,
    id: `${id.slice(0, MAX_ID - DISAPPROVED.length)}${DISAPPROVED}`,
    type: 'message.deleted',
    message: rest,
  };
}
const DISAPPROVED = ':disapproved';
