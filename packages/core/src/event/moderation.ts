import type { Event, MessageEvent } from './event.ts';

/** What the chat backend's moderation says of a message; CometChat's words. */
export const MODERATION_STATUSES = ['approved', 'pending', 'disapproved'] as const;
export type ModerationStatus = (typeof MODERATION_STATUSES)[number];

/** Whether an event may be planned now, and why it notifies no one if it may not notify. */
export type ModerationDecision =
  | { kind: 'open' }
  | { kind: 'wait' }
  | { kind: 'closed'; reason: 'MODERATION_DISAPPROVED' | 'MODERATION_PENDING' };

/** The status that an event itself has; of new and edited messages only. */
export const moderationStatus = (event: Event): ModerationStatus | undefined =>
  event.type === 'message.sent' || event.type === 'message.edited' ? event.message.moderation : undefined;

/**
 * What moderation does to an event. `verdict` is the latest that came for its message (an edit
 * makes it pending again); `waits`: the app moderates, so a
 * pending message waits for its verdict; `late`: the deadline, which runs from receipt, has passed.
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

/** The deletion that a message becomes when it is disapproved after it was accepted. Its text is dropped. */
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
