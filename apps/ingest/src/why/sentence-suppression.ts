import type { SuppressionReason } from '@fanfare/core';
import { localTime } from './sentence-time.ts';

/** A recorded decision against notifying a recipient, and the names its sentence needs. */
export interface SuppressionFacts {
  reason: SuppressionReason;
  /** The value behind the reason, as in `Suppression`; records may lack it. */
  detail?: string | undefined;
  /** The recipient's name. */
  name: string;
  conversation: { type: 'user' | 'group'; name: string };
  /** The recipient's time zone; an unknown one counts as UTC. */
  timezone: string;
  /** When it was decided (epoch ms). Times on the same day are shown without the date. */
  now?: number | undefined;
}

/** A sentence that says why a recipient was not notified: `Not sent: Alice muted Hiking until 18:00 Asia/Tokyo.` */
export const suppressionSentence = (facts: SuppressionFacts): string => `Not sent: ${CLAUSES[facts.reason](facts)}.`;

type Clause = (facts: SuppressionFacts) => string;

/**
 * The clause for a preference, by its value: `narrower` has what values above 1 (never) still allow. It holds whether
 * the value is the user's own or the app's. Without a value (an old record) it only names the preference.
 */
const preference =
  (what: string, narrower: Record<number, Clause> = {}): Clause =>
  (facts) => {
    if (facts.detail === undefined)
      return `${facts.name}'s preference for ${what} ${inConversations(facts)} did not allow it`;
    const clause = narrower[Number(facts.detail)];
    return clause ? clause(facts) : `${facts.name} is not notified of ${what} ${inConversations(facts)}`;
  };

const mentionsOnly =
  (what: string): Clause =>
  (facts) =>
    `${facts.name} is notified only of ${what} with a mention ${inConversations(facts)}, and this one mentions ` +
    `neither ${facts.name} nor everyone`;

const inConversations = ({ conversation }: SuppressionFacts): string =>
  conversation.type === 'group' ? 'in groups' : 'in one-on-one conversations';

const CLAUSES: Record<SuppressionReason, Clause> = {
  MESSAGES_PREFERENCE: preference('messages', { 3: mentionsOnly('messages') }),
  REPLIES_PREFERENCE: preference('replies', {
    3: mentionsOnly('replies'),
    4: ({ name }) => `${name} is notified only of replies in threads that ${name} follows, and this thread is not one`,
  }),
  QUOTED_REPLIES_PREFERENCE: preference('quoted replies', {
    3: mentionsOnly('quoted replies'),
    4: ({ name }) => `${name} is notified only when quoted, and the event does not say that ${name} was quoted`,
  }),
  MESSAGE_ACTIONS_PREFERENCE: (facts) =>
    `the app does not notify users of this kind of change to messages ${inConversations(facts)}`,
  REACTIONS_PREFERENCE: preference('reactions', {
    2: (facts) =>
      `${facts.name} is notified only of reactions to own messages ${inConversations(facts)}, and the event does not ` +
      `name ${facts.name} as the author`,
  }),
  GROUP_ACTIONS_PREFERENCE: preference('this kind of membership change'),
  DND_PREFERENCE: ({ name }) => `${name}'s Do Not Disturb was on`,
  MUTE_PREFERENCE: muted,
  SCHEDULE_PREFERENCE: ({ name, detail }) => `it was outside ${name}'s schedule${detail ? ` (${hours(detail)})` : ''}`,
  CALL_PREFERENCE: () => 'the app does not notify users of calls in this state',
  INVALID_PUSH_PROVIDER_ID: ({ name }) =>
    `none of the providers that ${name}'s devices are registered with is configured`,
  PUSH_DISABLED: () => 'push is switched off for the app',
  GROUP_TOO_LARGE: ({ conversation }) => `${conversation.name} has more members than the app notifies`,
  MODERATION_DISAPPROVED: () => "the chat backend's moderation disapproved the message",
  MODERATION_PENDING: () => "the chat backend's moderation had not approved the message by its deadline",
  REACTION_REMOVED: (facts) => `the app does not notify users of removed reactions ${inConversations(facts)}`,
  NO_TARGET: ({ name }) => `${name} has no registered device that this can go to`,
};

function muted({ name, conversation, detail, timezone, now }: SuppressionFacts): string {
  const what = `${name} muted ${conversation.name}`;
  if (detail === 'forever') return `${what} forever`;
  return detail === undefined ? what : `${what} until ${localTime(Number(detail), timezone, now)}`;
}

/** `monday 900-1800 Asia/Tokyo` as `Monday 09:00–18:00 Asia/Tokyo`. */
function hours(window: string): string {
  const [day = '', times = '', zone = ''] = window.split(' ');
  const open = times === 'dnd' ? 'silent' : times.split('-').map(clockTime).join('–');
  return `${day.charAt(0).toUpperCase()}${day.slice(1)} ${open} ${zone}`;
}

const clockTime = (hhmm: string): string => hhmm.padStart(4, '0').replace(/(..)$/, ':$1');
