import { conversationOf, type Event, type PlannedRecipient, type SuppressionReason } from '@fanfare/core';
import type { Cast } from './cast.ts';
import { suppressionSentence } from './sentence-suppression.ts';

/** A recipient who is not notified, with the reason. */
export type SuppressedRecipient = Extract<PlannedRecipient, { kind: 'suppress' }>;

/** A decision against notifying a user, as shown in responses. */
export interface SuppressedEnding {
  decision: 'suppressed';
  reason: SuppressionReason;
  detail?: string;
  sentence: string;
}

/** Describes a decision against notifying a user. `timezone` is the user's, `now` (epoch ms) the time it was made. */
export function suppressedEnding(
  event: Event,
  { name, conversationName }: Cast,
  { reason, detail }: SuppressedRecipient,
  clock: { timezone: string; now: number },
): SuppressedEnding {
  const type = conversationOf(event)?.type ?? 'user';
  const conversation = { type, name: conversationName };
  const sentence = suppressionSentence({ reason, detail, name, conversation, ...clock });
  return { decision: 'suppressed', reason, ...(detail === undefined ? {} : { detail }), sentence };
}
