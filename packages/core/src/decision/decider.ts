import type { NotifyingEvent } from '../event/event.ts';
import { type Mentions, mentionsIn } from '../event/mentions.ts';
import type { AppPreferences, AppSettings } from '../preferences/settings.ts';
import type { Decision, DecisionSubject } from './decision.ts';
import { eventCheck } from './event-check.ts';
import { quietCheck } from './quiet-check.ts';

/** What the decision looks at of the event's surroundings: the same for every recipient. */
export interface DecisionContext {
  pushEnabled: boolean;
  /** Set when the app limits the size of groups it notifies and this one is larger. */
  groupTooLarge: boolean;
  /** Why moderation keeps the message back, where it does. */
  moderation?: 'MODERATION_DISAPPROVED' | 'MODERATION_PENDING' | undefined;
  settings: AppSettings;
  /** Epoch ms. */
  now: number;
}

const SEND: Decision = { send: true };
const NOBODY: Mentions = { uids: new Set(), all: false };

/**
 * The decision about an event, as a function of the recipient; the first "no" wins and names the reason
 * (docs/rules/decision.md#order; without its cap on the size of groups). The event preference is asked first; then,
 * unless a mention goes past them, Do Not Disturb, mute and schedule. Pure, and on the fan-out's hot path: what is the
 * same for everybody is worked out once.
 */
export function decider(event: NotifyingEvent, context: DecisionContext): (recipient: DecisionSubject) => Decision {
  const { settings, now } = context;
  if (!context.pushEnabled) return always({ send: false, reason: 'PUSH_DISABLED' });
  if (context.moderation) return always({ send: false, reason: context.moderation });
  if (context.groupTooLarge) return always({ send: false, reason: 'GROUP_TOO_LARGE' });
  const mentions = event.type === 'message.sent' ? mentionsIn(event.message) : NOBODY;
  const unwanted = eventCheck(event, settings.preferences, mentions);
  const quiet = quietCheck(event, settings, now);
  const goesPast = bypass(settings.preferences, mentions);
  return (recipient) => unwanted(recipient) ?? (goesPast(recipient.uid) ? SEND : (quiet(recipient) ?? SEND));
}

const always = (decision: Decision) => (): Decision => decision;

/**
 * Whether a mention takes an event past Do Not Disturb, mute and schedule; never past the event preference
 * (docs/rules/decision.md#mention-bypass).
 */
function bypass(app: AppPreferences, { uids, all }: Mentions): (uid: string) => boolean {
  if (all && app.bypassPreferencesForAllMention) return () => true;
  return app.bypassPreferencesForMentions ? (uid) => uids.has(uid) : () => false;
}
