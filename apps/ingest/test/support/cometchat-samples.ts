/**
 * Webhook bodies as CometChat posts them (docs/rules/cometchat.md#webhooks), about the people of its samples: Andrew
 * Joseph, George Alan and their hiking group. Times are seconds, ids are strings, as in its documentation.
 */

type Json = Record<string, unknown>;

export const AT = 1_741_847_453;

/** A body of this trigger. */
export const webhook = <D extends Json>(trigger: string, data: D, more: Json = {}) => ({
  trigger,
  data,
  appId: 'app123',
  region: 'us',
  webhook: 'w1',
  ...more,
});

const avatar = (uid: string) => `https://assets.cometchat.io/sampleapp/v2/users/${uid}.webp`;
const user = (uid: string, name: string) => ({
  uid,
  name,
  avatar: avatar(uid),
  status: 'online',
  role: 'default',
  lastActiveAt: AT - 60,
});

export const ANDREW = user('cometchat-uid-1', 'Andrew Joseph');
export const GEORGE = user('cometchat-uid-2', 'George Alan');
export const HIKING = {
  guid: 'cometchat-guid-1',
  name: 'Hiking group',
  type: 'public',
  membersCount: 12,
  conversationId: 'group_cometchat-guid-1',
  createdAt: AT - 9000,
  owner: ANDREW.uid,
  updatedAt: AT - 600,
  onlineMembersCount: 3,
};
const ONE_ON_ONE = `${ANDREW.uid}_user_${GEORGE.uid}`;

export const entity = (of: Json) => ({ entity: of, entityType: 'guid' in of ? 'group' : 'user' });
const TO_GEORGE = { conversationId: ONE_ON_ONE, sender: ANDREW.uid, receiverType: 'user', receiver: GEORGE.uid };
const TO_ANDREW = { ...TO_GEORGE, sender: GEORGE.uid, receiver: ANDREW.uid };
const TO_HIKING = {
  conversationId: HIKING.conversationId,
  sender: ANDREW.uid,
  receiverType: 'group',
  receiver: HIKING.guid,
};
const TIMES = { sentAt: AT, updatedAt: AT };

/** A message from Andrew to George; `more` and `data` say what is different. */
export const message = (more: Json = {}, data: Json = {}): Json => ({
  id: '123',
  muid: 'm-1',
  ...TO_GEORGE,
  category: 'message',
  type: 'text',
  data: {
    text: 'Hello!',
    resource: 'WEB-4_2_0-1',
    entities: { sender: entity(ANDREW), receiver: entity({ ...GEORGE, conversationId: ONE_ON_ONE }) },
    ...data,
  },
  ...TIMES,
  ...more,
});

/** The same to the hiking group. */
export const groupMessage = (more: Json = {}, data: Json = {}): Json =>
  message({ ...TO_HIKING, ...more }, { entities: { sender: entity(ANDREW), receiver: entity(HIKING) }, ...data });

export const sent = (more: Json = {}, data: Json = {}) => webhook('message_sent', { message: message(more, data) });

/** Andrew edits or deletes message 101 of the hiking group; the action's own id is 102. */
const action = (trigger: 'message_edited' | 'message_deleted', original: Json) =>
  webhook(trigger, {
    message: {
      id: '102',
      ...TO_HIKING,
      category: 'action',
      type: 'message',
      data: {
        action: trigger.slice('message_'.length),
        entities: {
          by: entity(ANDREW),
          for: entity(HIKING),
          on: {
            entity: { id: '101', category: 'message', type: 'text', sentAt: AT, ...original },
            entityType: 'message',
          },
        },
      },
      sentAt: AT + 47,
      updatedAt: AT + 47,
    },
  });

export const EDITED = action('message_edited', {
  data: { text: 'new text', entities: {} },
  editedAt: AT + 47,
  editedBy: ANDREW.uid,
});
export const DELETED = action('message_deleted', { deletedAt: AT + 47, deletedBy: ANDREW.uid });

/** Andrew reacts to message 101. */
export const reacted = (trigger: 'message_reaction_added' | 'message_reaction_removed', more: Json = {}) =>
  webhook(trigger, {
    reaction: { id: '58', messageId: '101', reaction: '😎', uid: ANDREW.uid, reactedAt: AT, reactedBy: ANDREW },
    ...more,
  });

/** Members of the hiking group, as a map. */
export const members = (...users: Json[]): Json => Object.fromEntries(users.map((one) => [one.uid, one]));

/** Something happens to George, or, where `more` says so, to others. */
export const grouped = (trigger: string, more: Json = {}) =>
  webhook(trigger, { members: members(GEORGE), group: HIKING, ...more });

/** Andrew calls George. */
const call = (more: Json = {}): Json => ({
  id: '123',
  ...TO_GEORGE,
  category: 'call',
  type: 'audio',
  data: {
    action: 'initiated',
    entities: {
      by: entity(ANDREW),
      for: entity(GEORGE),
      on: {
        entity: {
          sessionid: 'v1.123.aik2',
          status: 'initiated',
          type: 'audio',
          initiatedAt: AT,
          data: { entities: {} },
        },
        entityType: 'call',
      },
    },
  },
  ...TIMES,
  ...more,
});
export const INITIATED = webhook('call_initiated', { call: call() });

/** A later state of that call, as documented: without entities. `from` says whose message it is. */
export const callState = (trigger: string, from: 'caller' | 'called' = 'caller') =>
  webhook(trigger, {
    call: call({
      id: '124',
      ...(from === 'caller' ? TO_GEORGE : TO_ANDREW),
      data: { action: trigger.slice('call_'.length) },
      sentAt: AT + 20,
    }),
  });

const SESSION = { sessionId: 'v1.123.aik2', created_at: AT + 5 };
export const STARTED = webhook('call_started', SESSION, { type: 'call' });
export const ENDED = webhook(
  'call_ended',
  { ...SESSION, destroyed_at: AT + 90, all_occupants: [{ name: 'George Alan', joined_at: AT + 6 }] },
  { type: 'call' },
);

/** George read or got Andrew's message 101. */
export const receipt = (trigger: string, verb: string, more: Json = {}) =>
  webhook(trigger, {
    ...TO_ANDREW,
    type: 'receipts',
    messageSender: ANDREW.uid,
    body: { action: verb, messageId: '101', user: GEORGE, timestamp: AT },
    ...more,
  });
const LEGACY_READ = webhook('message_read_receipt', {
  messageId: '101',
  receiptType: 'read',
  readAt: AT,
  messageSender: ANDREW.uid,
  receiptSender: GEORGE.uid,
  receiptReceiver: ANDREW.uid,
  receiverType: 'user',
});

/** Andrew blocks or unblocks George. */
export const blocked = (trigger: 'user_blocked' | 'user_unblocked') =>
  webhook(trigger, { users: members(GEORGE), by: ANDREW });

/** Accepted and ignored. */
export const IGNORED = [
  webhook('before_message', message()),
  webhook('after_connection_status_changed', { user: { uid: GEORGE.uid, status: 'online' } }),
  webhook('user_connection_status_changed', { timestamp: AT, user: GEORGE, status: 'away' }),
  webhook('user_connection_status_changed', { timestamp: AT, user: { ...GEORGE, uid: 'a b' }, status: 'offline' }),
  webhook('user_connection_status_changed', {}),
  receipt('message_delivery_receipt', 'delivered'),
  receipt('message_read_receipt', 'delivered'),
  receipt('message_read_receipt_to_all', 'readByAll', { sender: 'app_system' }),
  receipt('message_read_by_all', 'readByAll', { sender: 'app_system' }),
  webhook('call_participant_joined', { occupant: { joined_at: AT, name: 'George Alan' }, sessionId: 'v1.123.aik2' }),
  webhook('call_participant_left', { occupant: { left_at: AT, name: 'George Alan' }, sessionId: 'v1.123.aik2' }),
  webhook('meeting_started', SESSION, { type: 'meet' }),
  webhook('group_created', { group: HIKING }),
  webhook('group_member_removed', {}),
  webhook('moderation_engine_failed', { message: message() }),
  webhook('message_sent', { message: message({ category: 'action', type: 'groupMember' }) }),
  webhook('something_new', {}),
];

/** One body of every trigger that becomes events, by a name of its own. */
export const SAMPLES = {
  message_sent: sent(),
  user_mentioned: webhook('user_mentioned', { message: message({}, { mentions: members(GEORGE) }) }),
  after_message: webhook('after_message', message()),
  message_edited: EDITED,
  message_deleted: DELETED,
  message_reaction_added: reacted('message_reaction_added'),
  message_reaction_removed: reacted('message_reaction_removed'),
  group_member_joined: grouped('group_member_joined'),
  group_member_left: grouped('group_member_left'),
  group_member_added: grouped('group_member_added', { by: ANDREW }),
  group_member_kicked: grouped('group_member_kicked', { by: ANDREW }),
  group_member_banned: grouped('group_member_banned', { by: ANDREW }),
  group_member_unbanned: grouped('group_member_unbanned', { by: ANDREW }),
  group_member_scope_changed: grouped('group_member_scope_changed', {
    members: members({ ...GEORGE, scope: 'moderator', oldScope: 'participant' }),
    by: ANDREW,
  }),
  call_initiated: INITIATED,
  call_cancelled: callState('call_cancelled'),
  call_rejected: callState('call_rejected', 'called'),
  call_unanswered: callState('call_unanswered'),
  call_busy: callState('call_busy', 'called'),
  call_started: STARTED,
  call_ended: ENDED,
  message_read_receipt: receipt('message_read_receipt', 'read'),
  legacy_read_receipt: LEGACY_READ,
  user_blocked: blocked('user_blocked'),
  user_unblocked: blocked('user_unblocked'),
};
