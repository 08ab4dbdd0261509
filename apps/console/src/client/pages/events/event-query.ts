import type { EventFilter, FanfareEvent } from '@fanfare/client';

/** Every type of event. */
const EVENT_TYPES = Object.keys({
  'message.sent': 0,
  'message.edited': 0,
  'message.deleted': 0,
  'message.read': 0,
  'reaction.added': 0,
  'reaction.removed': 0,
  'group.member_joined': 0,
  'group.member_left': 0,
  'group.member_added': 0,
  'group.member_kicked': 0,
  'group.member_banned': 0,
  'group.member_unbanned': 0,
  'group.member_scope_changed': 0,
  'call.initiated': 0,
  'call.ongoing': 0,
  'call.cancelled': 0,
  'call.rejected': 0,
  'call.unanswered': 0,
  'call.busy': 0,
  'call.ended': 0,
  'user.blocked': 0,
  'user.unblocked': 0,
} satisfies Record<FanfareEvent['type'], 0>) as FanfareEvent['type'][];

/** The words of a query, and what each may be followed by; `open` stands for both states of an open event. */
const FIELDS = {
  type: ['message', 'reaction', 'group', 'call', 'user', ...EVENT_TYPES],
  sender: [],
  conversation: [],
  state: ['open', 'expanding', 'delivering', 'done'],
} as const satisfies Record<string, readonly string[]>;
type Field = keyof typeof FIELDS;
const FIELD_NAMES = Object.keys(FIELDS) as Field[];

/** The filters of the list as they stand in the address: values separated by commas. */
export type EventSearch = Partial<Record<Field, string>>;

/** A query as it was typed: `type:call sender:alice state:open`, or an id. */
export interface EventQuery {
  search: EventSearch;
  /** A word without a field: the id of an event or a message. */
  id?: string;
  /** What was not understood. */
  problem?: string;
}

/** Reads a query. The same field twice means either value. */
export function parseQuery(text: string): EventQuery {
  const query: EventQuery = { search: {} };
  for (const word of text.trim().split(/\s+/).filter(Boolean)) {
    const [, name = '', value = ''] = /^(\w+):(.*)$/.exec(word) ?? [];
    if (!isField(name)) {
      // Ids may contain a colon.
      query.id = word;
      continue;
    }
    const allowed: readonly string[] = FIELDS[name];
    const values = value.split(',').filter(Boolean);
    const wrong = values.find((one) => allowed.length > 0 && !allowed.includes(one));
    if (values.length === 0) query.problem = `${name}: has no value`;
    else if (wrong !== undefined) query.problem = `${name}: "${wrong}" is not one of ${allowed.join(', ')}`;
    else query.search[name] = [query.search[name], ...values].filter(Boolean).join(',');
  }
  return query;
}

const isField = (name: string): name is Field => (FIELD_NAMES as string[]).includes(name);

/** The query that these filters come from. */
export const queryText = (search: EventSearch): string =>
  FIELD_NAMES.flatMap((name) => (search[name] ? [`${name}:${search[name]}`] : [])).join(' ');

/** The filters for the API. */
export function filterOf({ type, sender, conversation, state }: EventSearch): EventFilter {
  return {
    ...(type && { type: type.split(',').flatMap(typesOf) }),
    ...(sender && { sender: sender.split(',') }),
    ...(conversation && { conversation: conversation.split(',') }),
    ...(state && { state: state.split(',').flatMap(statesOf) }),
  };
}

const typesOf = (word: string): FanfareEvent['type'][] =>
  EVENT_TYPES.filter((type) => type === word || type.startsWith(`${word}.`));

const statesOf = (word: string): ('expanding' | 'delivering' | 'done')[] =>
  word === 'open' ? ['expanding', 'delivering'] : [word as 'done'];

/** The query with its last word completed in each possible way. */
export function completions(text: string): string[] {
  const [, before = '', last = ''] = /^(.*?)(\S*)$/s.exec(text) ?? [];
  const [name = '', value] = last.split(':');
  if (value === undefined) {
    return FIELD_NAMES.filter((field) => field.startsWith(last)).map((field) => `${before}${field}:`);
  }
  if (!isField(name)) return [];
  const values: readonly string[] = FIELDS[name];
  return values.filter((one) => one.startsWith(value) && one !== value).map((one) => `${before}${name}:${one} `);
}
