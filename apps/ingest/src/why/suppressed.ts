import type { Event, PlannedRecipient, SuppressionReason } from '@fanfare/core';
import type { Cast } from './profiles.ts';
import { suppressionSentence } from './sentence.ts';

/** Somebody who is not notified, with the reason. */
export type SuppressedRecipient = Extract<PlannedRecipient, { kind: 'suppress' }>;

/** A decision against somebody, as it is shown. */
export interface SuppressedEnding {
  decision: 'suppressed';
  reason: SuppressionReason;
  detail?: string;
  sentence: string;
}

/** Shows a decision against somebody; `timezone` is theirs, `now` (epoch ms) when it was decided. */
export function suppressedEnding(
  event: Event,
  { name, conversationName }: Cast,
  { reason, detail }: SuppressedRecipient,
  clock: { timezone: string; now: number },
): SuppressedEnding {
  const type = 'conversation' in event ? event.conversation.type : 'user';
  const conversation = { type, name: conversationName };
  const sentence = suppressionSentence({ reason, detail, name, conversation, ...clock });
  return { decision: 'suppressed', reason, ...(detail === undefined ? {} : { detail }), sentence };
}
