import { eventGate } from './decision-event.ts';
import { quietGate } from './decision-quiet.ts';
import type { NotifyingEvent } from './event.ts';
import { type Mentions, mentionsIn } from './mentions.ts';
import type { UserPreferences } from './preferences.ts';
import type { AppPreferences, AppSettings } from './settings.ts';

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
export type Gate = (recipient: DecisionRecipient) => Suppression | undefined;

const SEND: Decision = { send: true };
const NOBODY: Mentions = { uids: new Set(), all: false };

/**
 * The decision about an event, as a function of the recipient; the first "no" wins and names the reason (PARITY 2.7;
 * without its cap on the size of groups). The event preference is asked first; then, unless a mention goes past them, Do
 * Not Disturb, mute and schedule. Pure, and on the fan-out's hot path: what is the same for everybody is worked out once.
 */
export function decider(event: NotifyingEvent, context: DecisionContext): (recipient: DecisionRecipient) => Decision {
  const { settings, now } = context;
  if (!context.pushEnabled) return always({ send: false, reason: 'PUSH_DISABLED' });
  if (context.groupTooLarge) return always({ send: false, reason: 'GROUP_TOO_LARGE' });
  const mentions = event.type === 'message.sent' ? mentionsIn(event.message) : NOBODY;
  const unwanted = eventGate(event, settings.preferences, mentions);
  const quiet = quietGate(event, settings, now);
  const goesPast = bypass(settings.preferences, mentions);
  return (recipient) => unwanted(recipient) ?? (goesPast(recipient.uid) ? SEND : (quiet(recipient) ?? SEND));
}

const always = (decision: Decision) => (): Decision => decision;

/** Whether a mention takes an event past Do Not Disturb, mute and schedule; never past the event preference (PARITY 2.6). */
function bypass(app: AppPreferences, { uids, all }: Mentions): (uid: string) => boolean {
  if (all && app.bypassPreferencesForAllMention) return () => true;
  return app.bypassPreferencesForMentions ? (uid) => uids.has(uid) : () => false;
}
