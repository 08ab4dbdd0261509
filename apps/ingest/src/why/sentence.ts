import type { SuppressionReason } from '@fanfare/core';
import { localTime } from './sentence-time.ts';

/** A decision against one recipient, as it was recorded, and the names that a sentence about it needs. */
export interface SuppressionFacts {
  reason: SuppressionReason;
  /** What the reason rested on, as in `Suppression`; records may lack it. */
  detail?: string | undefined;
  /** The recipient's name. */
  name: string;
  conversation: { type: 'user' | 'group'; name: string };
  /** The recipient's time zone; one that is unknown counts as UTC. */
  timezone: string;
  /** When it was decided (epoch ms): times on the same day are told without the date. */
  now?: number | undefined;
}

/** Why one recipient was not notified, for people: `Not sent: Alice muted Hiking until 18:00 Asia/Tokyo.` */
export const suppressionSentence = (facts: SuppressionFacts): string => `Not sent: ${CLAUSES[facts.reason](facts)}.`;

type Clause = (facts: SuppressionFacts) => string;

/**
 * What a preference let through instead, by its value; 1 is nothing at all. The value may be the person's own or the
 * app's: the sentences hold for both. Without a value (an old record) the sentence only names the preference.
 */
const preference =
  (what: string, narrower: Record<number, Clause> = {}): Clause =>
  (facts) => {
    if (facts.detail === undefined) return `${facts.name}'s preference for ${what} ${places(facts)} did not allow it`;
    const clause = narrower[Number(facts.detail)];
    return clause ? clause(facts) : `${facts.name} is not notified of ${what} ${places(facts)}`;
  };

const mentionsOnly =
  (what: string): Clause =>
  (facts) =>
    `${facts.name} is notified only of ${what} with a mention ${places(facts)}, and this one mentions neither ${facts.name} nor everyone`;

const places = ({ conversation }: SuppressionFacts): string =>
  conversation.type === 'group' ? 'in groups' : 'in one-on-one conversations';

const CLAUSES: Record<SuppressionReason, Clause> = {
  MESSAGES_PREFERENCE: preference('messages', { 3: mentionsOnly('messages') }),
  REPLIES_PREFERENCE: preference('replies', {
    3: mentionsOnly('replies'),
    4: ({ name }) => `${name} is notified only of replies in threads that ${name} follows, and this thread is not one`,
  }),
  QUOTED_REPLIES_PREFERENCE: preference('quoted replies', {
    3: mentionsOnly('quoted replies'),
    4: ({ name }) => `${name} is notified only when quoted, and the event does not name ${name} as the one quoted`,
  }),
  MESSAGE_ACTIONS_PREFERENCE: (facts) => `the app does not notify of this kind of change to messages ${places(facts)}`,
  REACTIONS_PREFERENCE: preference('reactions', {
    2: (facts) =>
      `${facts.name} is notified only of reactions to own messages ${places(facts)}, and the event does not name ${facts.name} as the author`,
  }),
  GROUP_ACTIONS_PREFERENCE: preference('this change of members'),
  DND_PREFERENCE: ({ name }) => `${name}'s Do Not Disturb was on`,
  MUTE_PREFERENCE: muted,
  SCHEDULE_PREFERENCE: ({ name, detail }) => `it was outside ${name}'s schedule${detail ? ` (${hours(detail)})` : ''}`,
  CALL_PREFERENCE: () => 'the app does not notify of calls in this state',
  INVALID_PUSH_PROVIDER_ID: ({ name }) =>
    `none of the providers that ${name}'s devices are registered with is configured`,
  PUSH_DISABLED: () => 'push is switched off for the app',
  GROUP_TOO_LARGE: ({ conversation }) => `${conversation.name} has more members than the app notifies`,
  MODERATION_DISAPPROVED: () => "the chat backend's moderation disapproved the message",
  MODERATION_PENDING: () => "the chat backend's moderation had not approved the message by its deadline",
  REACTION_REMOVED: (facts) => `the app does not notify of removed reactions ${places(facts)}`,
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

/** Why somebody is not in the audience of an event at all. */
export type NotInAudience = 'sender' | 'removed' | 'deactivated' | 'blocked' | 'not_a_member' | 'erased';

/** Why somebody was not considered, for people. `name` of an unknown person is the uid asked for. */
export const notInAudienceSentence = ({ name, why }: { name: string; why: NotInAudience }): string =>
  `Not sent: ${ABSENT[why](name)}.`;

const ABSENT: Record<NotInAudience, (name: string) => string> = {
  sender: (name) => `${name} caused the event, and who acts is not notified of it`,
  removed: (name) => `${name} left or was removed from the group by this event`,
  deactivated: (name) => `${name} is deactivated`,
  blocked: (name) => `${name} and the sender are not in touch: one of them blocked the other`,
  not_a_member: (name) => `${name} is not a member of the conversation`,
  erased: (name) => `${name} was erased`,
};
