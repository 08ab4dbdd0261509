import fc from 'fast-check';
import { EVENT_TYPES, type Event, type EventType, type NotifyingEvent, parseEvent } from '../../src/index.ts';

/** An event as it is posted, before validation. */
export type Posted = { type: EventType } & Record<string, unknown>;

const BEGIN = { id: 'e-1', sentAt: 1_741_847_453_000, sender: { uid: 'alice' } };
const TO_BOB = { conversation: { type: 'user', id: 'bob' } };
const TO_HIKING = { conversation: { type: 'group', id: 'hiking' } };
const MEMBERS = { members: [{ uid: 'carol' }] };

/** The fields a type needs besides id, type, sentAt and sender. */
function needs(type: EventType): Record<string, unknown> {
  if (type.startsWith('message.')) return { ...TO_BOB, message: { id: '101' } };
  if (type.startsWith('reaction.')) return { ...TO_BOB, reaction: { id: '58', reaction: '😎', messageId: '101' } };
  if (type.startsWith('call.')) return { ...TO_BOB, call: { sessionId: 'v1.us.1', type: 'audio' } };
  return type.startsWith('group.') ? { ...TO_HIKING, ...MEMBERS } : MEMBERS;
}

/** The smallest valid event of this type. */
export const smallest = (type: EventType): Posted => ({ ...BEGIN, type, ...needs(type) });

/** The smallest event of a type, with `more` merged over it. */
export const posted = (type: EventType, more: Record<string, unknown> = {}): Posted => ({ ...smallest(type), ...more });

/** The validated event. @throws when it is not valid. */
export function event<T extends EventType>(
  type: T,
  more: Record<string, unknown> = {},
): Extract<NotifyingEvent, { type: T }> {
  return checked(posted(type, more)) as Extract<NotifyingEvent, { type: T }>;
}

/** An event as the rules receive it. @throws when it is not valid. */
export function checked(input: Posted): Event {
  const parsed = parseEvent(input);
  if (!parsed.ok) throw parsed.error;
  return parsed.event;
}

export const GROUP_ACTIONS = EVENT_TYPES.filter((type) => type.startsWith('group.'));
export const CALLS = EVENT_TYPES.filter((type) => type.startsWith('call.'));

/** Any valid uid or guid. */
export const anyUid = fc.stringMatching(/^[A-Za-z0-9_-]{1,100}$/);

/** Any valid time of an event. */
export const anyMoment = fc.integer({ min: 1e11, max: 8.64e15 });

/** Valid events of all types, with every field that affects recipients and deadlines. */
export const anyEvent: fc.Arbitrary<Event> = fc
  .record({
    type: fc.constantFrom(...EVENT_TYPES),
    sender: anyUid,
    id: anyUid,
    group: fc.boolean(),
    others: fc.array(anyUid, { minLength: 1, maxLength: 5 }),
    named: fc.boolean(),
    sentAt: anyMoment,
  })
  .map(({ type, sender, id, group, others, named, sentAt }) => {
    const least = smallest(type);
    const conversation = { type: group || type.startsWith('group.') ? 'group' : 'user', id };
    return checked({
      ...least,
      sentAt,
      sender: { uid: sender },
      ...('conversation' in least ? { conversation } : {}),
      ...('members' in least ? { members: others.map((uid) => ({ uid })) } : {}),
      ...(named ? { recipients: [...others, sender, ...others] } : {}),
    });
  });
