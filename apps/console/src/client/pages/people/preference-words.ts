import type { UserPreferences } from '@fanfare/client';

/** A preference as one line: what it is about, and the choice. */
export interface PreferenceLine {
  about: string;
  choice: string;
}

const MESSAGES = ['', 'none', 'all', 'only mentions'];
const REPLIES = [...MESSAGES, 'in followed threads'];
const QUOTES = [...MESSAGES, 'only of own messages'];
const REACTIONS = ['', 'none', 'to own messages', 'to all messages'];
const NOTIFY = ['', 'no', 'yes'];

/** What each preference is about, and the words of its values. */
const KEYS: Record<string, { about: string; words: readonly string[] }> = {
  Messages: { about: 'messages', words: MESSAGES },
  Replies: { about: 'replies in threads', words: REPLIES },
  QuotedReplies: { about: 'quotes', words: QUOTES },
  Reactions: { about: 'reactions', words: REACTIONS },
  MemberLeft: { about: 'members who leave', words: NOTIFY },
  MemberAdded: { about: 'members who are added', words: NOTIFY },
  MemberJoined: { about: 'members who join', words: NOTIFY },
  MemberKicked: { about: 'members who are removed', words: NOTIFY },
  MemberBanned: { about: 'members who are banned', words: NOTIFY },
  MemberUnbanned: { about: 'members who are unbanned', words: NOTIFY },
  MemberScopeChanged: { about: 'changed roles', words: NOTIFY },
};

/** The preferences of one kind of conversation, in words. */
export const linesOf = (preferences: UserPreferences, kind: 'group' | 'oneOnOne'): PreferenceLine[] =>
  Object.entries(preferences[`${kind}Preferences`]).flatMap(([key, value]) => {
    const rule = KEYS[key.slice(kind.length)];
    return rule ? [{ about: rule.about, choice: rule.words[value as number] ?? String(value) }] : [];
  });

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
type Schedule = Record<string, { from: number; to: number; dnd: boolean }>;

/** A schedule in words, days alike together: `Mon to Fri 09:00 to 18:00, Sat and Sun silent`. */
export function scheduleWords(schedule: Schedule): string {
  const runs: { first: number; last: number; words: string }[] = [];
  for (const [i, day] of DAYS.entries()) {
    const words = dayWords(schedule[day]);
    const run = runs.at(-1);
    if (run?.words === words) run.last = i;
    else runs.push({ first: i, last: i, words });
  }
  if (runs.length === 1) return runs[0]?.words === 'all day' ? 'always' : `every day ${runs[0]?.words}`;
  return runs.map(({ first, last, words }) => `${daysWords(first, last)} ${words}`).join(', ');
}

function dayWords(day: Schedule[string] | undefined): string {
  if (day?.dnd) return 'silent';
  if (!day || (day.from === 0 && day.to === 2359)) return 'all day';
  return `${clock(day.from)} to ${clock(day.to)}`;
}

const nameOf = (day: number): string => {
  const name = DAYS[day]?.slice(0, 3) ?? '';
  return name.charAt(0).toUpperCase() + name.slice(1);
};

function daysWords(first: number, last: number): string {
  if (first === last) return nameOf(first);
  return `${nameOf(first)} ${last === first + 1 ? 'and' : 'to'} ${nameOf(last)}`;
}

/** `900` is `09:00`. */
function clock(hhmm: number): string {
  const digits = String(hhmm).padStart(4, '0');
  return `${digits.slice(0, 2)}:${digits.slice(2)}`;
}

/** The day and time where a user is; undefined if the browser does not know the zone. */
export function localTime(zone: string, now: number): string | undefined {
  try {
    return new Intl.DateTimeFormat('en-GB', {
      weekday: 'long',
      hour: '2-digit',
      minute: '2-digit',
      timeZone: zone,
    }).format(now);
  } catch {
    return undefined;
  }
}
