import type { NotifyingEvent } from './event.ts';
import type { UserPreferences } from './preferences.ts';
import type { AppSettings } from './settings.ts';

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

/**
 * Whether one recipient hears of an event, and why not. `detail` says what the reason rested on at that moment, in a few
 * bytes without tab, comma or line feed (see `explainSuppression`).
 */
export type Decision = { send: true } | { send: false; reason: SuppressionReason; detail?: string };

/** What the decision looks at of the event's surroundings: the same for every recipient. */
export interface DecisionContext {
  pushEnabled: boolean;
  /** Set when the app limits the size of groups it notifies and this one is larger. */
  groupTooLarge: boolean;
  settings: AppSettings;
  /** Epoch ms. */
  now: number;
}

/** What the decision looks at of one recipient. */
export interface DecisionRecipient {
  uid: string;
  preferences: UserPreferences | undefined;
  /** IANA name; undefined: the app's. */
  timezone: string | undefined;
  /** Until when they have muted this conversation (epoch ms); null: for ever; undefined: they have not. */
  mutedUntil: number | null | undefined;
  /** Whether they follow the thread that a reply is in. */
  inThread: boolean;
}

/**
 * The decision about an event, as a function of the recipient; the first "no" wins and names the reason (PARITY 2.7).
 * Pure, and on the fan-out's hot path: what is the same for everybody is worked out once.
 */
export function decider(_event: NotifyingEvent, context: DecisionContext): (recipient: DecisionRecipient) => Decision {
  return () => {
    if (!context.pushEnabled) return { send: false, reason: 'PUSH_DISABLED' };
    if (context.groupTooLarge) return { send: false, reason: 'GROUP_TOO_LARGE' };
    return { send: true };
  };
}
