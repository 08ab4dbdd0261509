import type { UserPreferences } from '../preferences/preferences.ts';

/**
 * Why a recipient was not notified. The first group are CometChat's own words (docs/rules/decision.md#reasons), the
 * rest are ours.
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

/** A "no" and what it rested on at that moment, in a few bytes without tab, comma or line feed. */
export interface Suppression {
  send: false;
  reason: SuppressionReason;
  /**
   * Of a preference its value (`3`), of a mute its end (epoch ms, or `forever`), of a schedule the window
   * (`monday 900-1800 Asia/Tokyo`, `sunday dnd Asia/Tokyo`); `suppressionSentence` reads it.
   */
  detail?: string;
}

/** Whether one recipient hears of an event, and why not. Not to be changed: recipients may share one. */
export type Decision = { send: true } | Suppression;

/** What the decision looks at of one recipient. */
export interface DecisionSubject {
  uid: string;
  preferences: UserPreferences | undefined;
  /** IANA name; undefined, or one this runtime does not know: the app's. */
  timezone: string | undefined;
  /** Until when they have muted this conversation (epoch ms); null: for ever; undefined: they have not. */
  mutedUntil: number | null | undefined;
  /** Whether they follow the thread that a reply is in. */
  inThread: boolean;
  /** Whether the call has rung for them, on whichever target, of which this event is a later state. */
  rang: boolean;
}

/** One question of the decision: a "no", or undefined. */
export type Check = (recipient: DecisionSubject) => Suppression | undefined;
