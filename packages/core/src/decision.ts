import type { NotifyingEvent } from './event.ts';

/** Why a recipient was not notified. The first group are CometChat's own words (PARITY 2.7), the rest are ours. */
export const SUPPRESSION_REASONS = [
  'MESSAGES_PREFERENCE',
  'REPLIES_PREFERENCE',
  'QUOTED_REPLIES_PREFERENCE',
  'MESSAGE_ACTIONS_PREFERENCE',
  'REACTIONS_PREFERENCE',
  'GROUP_ACTIONS_PREFERENCE',
  'DND_PREFERENCE',
  'MUTE_PREFERENCE',
  'SCHEDULE_PREFERENCE',
  'CALL_PREFERENCE',
  'INVALID_PUSH_PROVIDER_ID',
  'PUSH_DISABLED',
  'GROUP_TOO_LARGE',
  'NO_TARGET',
] as const;
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

/** Whether one recipient hears of an event, and why not. */
export type Decision = { send: true } | { send: false; reason: SuppressionReason };

/** What the decision looks at besides the event. Preferences, mutes, schedules and time zone join here. */
export interface DecisionContext {
  pushEnabled: boolean;
  /** Set when the app limits the size of groups it notifies and this one is larger. */
  groupTooLarge: boolean;
}

/**
 * The decision for one recipient; the first "no" wins and names the reason (PARITY 2.7). Pure, and on the fan-out's hot
 * path. Until preferences are built everyone is told of everything.
 */
export function decide(_event: NotifyingEvent, context: DecisionContext): Decision {
  if (!context.pushEnabled) return { send: false, reason: 'PUSH_DISABLED' };
  if (context.groupTooLarge) return { send: false, reason: 'GROUP_TOO_LARGE' };
  return { send: true };
}
