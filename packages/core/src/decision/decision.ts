import type { UserPreferences } from '../preferences/preferences.ts';

/**
 * Why a recipient was not notified. The first group uses CometChat's words (docs/rules/decision.md#reasons); the rest
 * are ours.
 */
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
  'MODERATION_DISAPPROVED',
  'MODERATION_PENDING',
  'REACTION_REMOVED',
] as const;
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

/** A "no" and the value it rested on at that moment: a few bytes, without tab, comma or line feed. */
export interface Suppression {
  send: false;
  reason: SuppressionReason;
  /**
   * For a preference its value (`3`), for a mute its end (epoch ms, or `forever`), for a schedule the window (`monday
   * 900-1800 Asia/Tokyo`, `sunday dnd Asia/Tokyo`); `suppressionSentence` reads it.
   */
  detail?: string;
}

/** Whether one recipient is notified of an event, and if not, why. Immutable: recipients may share one. */
export type Decision = { send: true } | Suppression;

/** What the decision knows about one recipient. */
export interface DecisionSubject {
  uid: string;
  preferences: UserPreferences | undefined;
  /** IANA name. If undefined, or unknown to this runtime, the app's zone applies. */
  timezone: string | undefined;
  /** Until when they have muted this conversation (epoch ms); null: forever; undefined: not muted. */
  mutedUntil: number | null | undefined;
  /** Whether they follow the thread of the reply. */
  inThread?: boolean;
  /** Whether the call that this event ends or changes has rung on any of their devices or the webhook. */
  rang?: boolean;
}

/** One check of the decision: a "no", or undefined. */
export type Check = (recipient: DecisionSubject) => Suppression | undefined;
