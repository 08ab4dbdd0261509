import type { NotifyingEvent } from '../event/event.ts';
import { type Mentions, mentionsIn } from '../event/mentions.ts';
import type { AppPreferences, AppSettings } from '../preferences/settings.ts';
import type { Decision, DecisionSubject } from './decision.ts';
import { eventCheck } from './event-check.ts';
import { quietCheck } from './quiet-check.ts';

/** What the decision knows about an event, besides the event itself: the same for every recipient. */
export interface DecisionContext {
  pushEnabled: boolean;
  /** Set when the app limits the size of groups it notifies and this one is larger. */
  groupTooLarge: boolean;
  /** Why moderation holds the message back, if it does. */
  moderation?: 'MODERATION_DISAPPROVED' | 'MODERATION_PENDING' | undefined;
  settings: AppSettings;
  /** Epoch ms. */
  now: number;
}

const SEND: Decision = { send: true };
const NO_MENTIONS: Mentions = { uids: new Set(), all: false };

/**
 * Returns the decision about an event as a function of the recipient. The first "no" wins and names the reason
 * (docs/rules/decision.md#order, except its cap on the size of groups): the event preference first, then Do Not
 * Disturb, mute and schedule unless a mention bypasses them. Pure, and on the hot path of the fan-out: whatever is the
 * same for all recipients is computed once.
 */
export function decider(event: NotifyingEvent, context: DecisionContext): (recipient: DecisionSubject) => Decision {
  const { settings, now } = context;
  if (!context.pushEnabled) return always({ send: false, reason: 'PUSH_DISABLED' });
  if (context.moderation) return always({ send: false, reason: context.moderation });
  if (context.groupTooLarge) return always({ send: false, reason: 'GROUP_TOO_LARGE' });
  const mentions = event.type === 'message.sent' ? mentionsIn(event.message) : NO_MENTIONS;
  const unwanted = eventCheck(event, settings.preferences, mentions);
  const quiet = quietCheck(event, settings, now);
  const goesPast = bypass(settings.preferences, mentions);
  return (recipient) => unwanted(recipient) ?? (goesPast(recipient.uid) ? SEND : (quiet(recipient) ?? SEND));
}

const always = (decision: Decision) => (): Decision => decision;

/**
 * Whether a mention bypasses Do Not Disturb, mute and schedule; it never bypasses the event preference
 * (docs/rules/decision.md#mention-bypass).
 */
function bypass(app: AppPreferences, { uids, all }: Mentions): (uid: string) => boolean {
  if (all && app.bypassPreferencesForAllMention) return () => true;
  return app.bypassPreferencesForMentions ? (uid) => uids.has(uid) : () => false;
}
