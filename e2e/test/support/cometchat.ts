/**
 * Webhook bodies as CometChat posts them (docs/rules/cometchat.md#webhooks): times in seconds, ids as text. By default
 * about the people of its samples.
 */

type Json = Record<string, unknown>;

/** A person as CometChat's entities have them. */
export interface WirePerson extends Json {
  uid: string;
  name: string;
}

/** The time of the samples. */
export const AT = 1_741_847_453;

/** A body of this trigger. */
export const webhook = (trigger: string, data: Json, more: Json = {}) => ({
  trigger,
  data,
  appId: 'app123',
  region: 'us',
  webhook: 'w1',
  ...more,
});

const person = (uid: string, name: string): WirePerson => ({
  uid,
  name,
  avatar: `https://assets.cometchat.io/sampleapp/v2/users/${uid}.webp`,
  status: 'online',
  role: 'default',
  lastActiveAt: AT - 60,
});

export const ANDREW = person('cometchat-uid-1', 'Andrew Joseph');
export const GEORGE = person('cometchat-uid-2', 'George Alan');
export const HIKING = { guid: 'cometchat-guid-1', name: 'Hiking group', type: 'public', updatedAt: AT - 600 };

const entity = (of: Json) => ({ entity: of, entityType: 'guid' in of ? 'group' : 'user' });

/** From whom to whom something goes. */
const route = (from: WirePerson, to: Json) => ({
  conversationId: 'guid' in to ? `group_${to.guid}` : [from.uid, to.uid].sort().join('_user_'),
  sender: from.uid,
  receiverType: 'guid' in to ? 'group' : 'user',
  receiver: to.guid ?? to.uid,
});

/** Who acts on what, and where; Andrew in his conversation with George where nothing else is said. */
export interface Occasion {
  from?: WirePerson;
  to?: Json;
  /** Epoch seconds. */
  at?: number;
}

/** A message's fields. */
export const message = (id: string, text: string, { from = ANDREW, to = GEORGE, at = AT }: Occasion = {}) => ({
  id,
  muid: `m-${id}`,
  ...route(from, to),
  category: 'message',
  type: 'text',
  data: { text, resource: 'WEB-4_2_0-1', entities: { sender: entity(from), receiver: entity(to) } },
  sentAt: at,
  updatedAt: at,
});

export const sent = (id: string, text: string, occasion: Occasion = {}) =>
  webhook('message_sent', { message: message(id, text, occasion) });

/** An edit or a delete of message `id`; the action has an id of its own. */
export function changed(trigger: 'message_edited' | 'message_deleted', id: string, text = '', occasion: Occasion = {}) {
  const { from = ANDREW, to = GEORGE, at = AT + 47 } = occasion;
  const change =
    trigger === 'message_edited'
      ? { data: { text, entities: {} }, editedAt: at, editedBy: from.uid }
      : { deletedAt: at, deletedBy: from.uid };
  const on = { entity: { id, category: 'message', type: 'text', sentAt: AT, ...change }, entityType: 'message' };
  return webhook(trigger, {
    message: {
      id: `action-${id}-${at}`,
      ...route(from, to),
      category: 'action',
      type: 'message',
      data: { action: trigger.slice('message_'.length), entities: { by: entity(from), for: entity(to), on } },
      sentAt: at,
      updatedAt: at,
    },
  });
}

/** The same as the live path posts it: the changed message itself, with what a test says differently. */
export const changedFlat = (trigger: 'message_edited' | 'message_deleted', original: Json, more: Json = {}) =>
  webhook(trigger, { message: { ...original, ...more } });

/** A user reacts to a message, or takes it back: neither author nor conversation is named. */
export const reacted = (
  trigger: 'message_reaction_added' | 'message_reaction_removed',
  { id, messageId, by = ANDREW }: { id: string; messageId: string; by?: WirePerson },
) => webhook(trigger, { reaction: { id, messageId, reaction: '😎', uid: by.uid, reactedAt: AT, reactedBy: by } });

/** People as a map. */
const people = (...list: WirePerson[]): Json => Object.fromEntries(list.map((one) => [one.uid, one]));

/** Something happens to members of the hiking group. */
export const grouped = (trigger: string, member: WirePerson, by?: WirePerson) =>
  webhook(trigger, { members: people(member), group: HIKING, ...(by ? { by } : {}) });

/** Andrew calls George: the one state of a call that names everything. */
export const initiated = (id: string, sessionId: string, at: number) =>
  webhook('call_initiated', {
    call: {
      id,
      ...route(ANDREW, GEORGE),
      category: 'call',
      type: 'audio',
      data: {
        action: 'initiated',
        entities: {
          by: entity(ANDREW),
          for: entity(GEORGE),
          on: {
            entity: { sessionid: sessionId, status: 'initiated', type: 'audio', initiatedAt: at },
            entityType: 'call',
          },
        },
      },
      sentAt: at,
      updatedAt: at,
    },
  });

/** A later state of a call, as documented: without entities, so without its session. */
export const callState = (trigger: string, id: string, at: number) =>
  webhook(trigger, {
    call: {
      id,
      ...route(ANDREW, GEORGE),
      category: 'call',
      type: 'audio',
      data: { action: trigger.slice('call_'.length) },
      sentAt: at,
      updatedAt: at,
    },
  });

/** The start or end of a call's session: no user is named. */
export const session = (trigger: 'call_started' | 'call_ended', sessionId: string, at: number) =>
  webhook(trigger, { sessionId, created_at: at, destroyed_at: at }, { type: 'call' });

/** George has read Andrew's message. */
export const read = (messageId: string) =>
  webhook('message_read_receipt', {
    ...route(GEORGE, ANDREW),
    type: 'receipts',
    messageSender: ANDREW.uid,
    body: { action: 'read', messageId, user: GEORGE, timestamp: AT },
  });

/** A user blocks another, or takes it back. */
export const blocked = (trigger: 'user_blocked' | 'user_unblocked', by: WirePerson, whom: WirePerson) =>
  webhook(trigger, { users: people(whom), by });
