import { z } from 'zod';
import { badRequest, type FanfareError, fieldProblems } from '../errors/errors.ts';
import { DisplayName, EpochMs, EventId, jsonUpTo, PictureUrl, Uid } from './fields.ts';
import { listOf } from './list-of.ts';

/** The most recipients that an event itself may name; larger audiences are groups. */
export const MAX_RECIPIENTS = 10_000;

/** Ids of messages, reactions and calls come from the chat backend; they become notification tags on devices. */
const ForeignId = z.string().min(1).max(256);

const Person = z.strictObject({
  uid: Uid,
  name: DisplayName.optional().describe("Display name; without it the registered user's name, else the uid."),
  avatar: PictureUrl.optional(),
});

const UserConversation = z.strictObject({
  type: z.literal('user'),
  id: Uid.describe('uid of the other user, the receiver.'),
  name: DisplayName.optional(),
  avatar: PictureUrl.optional(),
});

const GroupConversation = z.strictObject({
  type: z.literal('group'),
  id: Uid.describe('guid of the group.'),
  name: DisplayName.optional(),
  avatar: PictureUrl.optional(),
});

const Conversation = z.discriminatedUnion('type', [UserConversation, GroupConversation]);

/** Metadata an app attaches to a message: together with the texts it has to fit into a 4 KB push. */
export const Metadata = jsonUpTo(16_384).describe('At most 16 KiB as JSON.');

/** The chat backend's complete message object, which only webhooks receive. */
export const MessageObject = jsonUpTo(65_536).describe(
  'Sent along when "include message object" is on; at most 64 KiB as JSON.',
);

const Message = z.strictObject({
  id: ForeignId.describe('Id of the message; edits and deletes carry the id of the original.'),
  category: z.enum(['message', 'custom', 'interactive']).default('message'),
  type: z.string().min(1).max(100).default('text').describe('text, image, audio, video, file, or a name of your own.'),
  text: z.string().max(65_536).optional(),
  parentId: ForeignId.optional().describe('The message this is a reply to in a thread.'),
  quotedMessageId: ForeignId.optional(),
  quotedSender: Uid.optional(),
  mentions: listOf(Uid, { max: MAX_RECIPIENTS }).optional(),
  mentionsAll: z.boolean().optional(),
  sendNotification: z
    .boolean()
    .optional()
    .describe('false: a new message notifies no one. One of category "custom" notifies only when this is true.'),
  moderation: z
    .enum(['approved', 'pending', 'disapproved'])
    .optional()
    .describe(
      'The moderation status: a disapproved message notifies no one, a pending one waits if the app moderates. Post ' +
        'the message again with "approved" to release it.',
    ),
  metadata: Metadata.optional(),
  object: MessageObject.optional(),
});

const Reaction = z.strictObject({
  id: ForeignId,
  reaction: z.string().min(1).max(100).describe('The emoji.'),
  messageId: ForeignId,
  messageSender: Uid.optional().describe('Author of the message: the user to notify.'),
});

const Member = z.strictObject({
  uid: Uid,
  name: DisplayName.optional(),
  scope: z.string().min(1).max(50).optional(),
  oldScope: z.string().min(1).max(50).optional(),
});

const Call = z.strictObject({
  id: ForeignId.optional(),
  sessionId: ForeignId,
  type: z.enum(['audio', 'video']),
  deviceSession: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe('Of a later state: `id` of the auth token whose device brought it about. That device is left alone.'),
});

/** What every event has. */
const base = {
  id: EventId,
  sentAt: EpochMs.describe('When it happened, epoch milliseconds.'),
  sender: Person.describe('Who acted.'),
  recipients: listOf(Uid, { min: 1, max: MAX_RECIPIENTS })
    .optional()
    .describe('When given, only these users are considered.'),
  custom: jsonUpTo(16_384)
    .optional()
    .describe("Merged over the app's custom JSON in the payload; at most 16 KiB as JSON."),
};

const Members = listOf(Member, { min: 1, max: MAX_RECIPIENTS });

const of = <T extends string, S extends z.core.$ZodShape>(type: T, shape: S) =>
  z.strictObject({
    id: base.id,
    type: z.literal(type),
    sentAt: base.sentAt,
    sender: base.sender,
    ...shape,
    recipients: base.recipients,
    custom: base.custom,
  });

const message = <T extends string>(type: T) => of(type, { conversation: Conversation, message: Message });
const reaction = <T extends string>(type: T) => of(type, { conversation: Conversation, reaction: Reaction });
const groupAction = <T extends string>(type: T) => of(type, { conversation: GroupConversation, members: Members });
const call = <T extends string>(type: T) => of(type, { conversation: Conversation, call: Call });
const block = <T extends string>(type: T) => of(type, { members: Members });

/** The events a chat backend may post: one shape per type, unknown fields rejected. Times are epoch milliseconds. */
export const Event = z.discriminatedUnion('type', [
  message('message.sent'),
  message('message.edited'),
  message('message.deleted'),
  of('message.read', { conversation: Conversation, message: z.strictObject({ id: ForeignId }) }),
  reaction('reaction.added'),
  reaction('reaction.removed'),
  groupAction('group.member_joined'),
  groupAction('group.member_left'),
  groupAction('group.member_added'),
  groupAction('group.member_kicked'),
  groupAction('group.member_banned'),
  groupAction('group.member_unbanned'),
  groupAction('group.member_scope_changed'),
  call('call.initiated'),
  call('call.ongoing'),
  call('call.cancelled'),
  call('call.rejected'),
  call('call.unanswered'),
  call('call.busy'),
  call('call.ended'),
  block('user.blocked'),
  block('user.unblocked'),
]);
export type Event = z.infer<typeof Event>;
export type EventType = Event['type'];

/** Every event type, in the order of the schema. */
export const EVENT_TYPES: readonly EventType[] = Event.options.map((option) => option.shape.type.value);

export type MessageEvent = Extract<Event, { type: 'message.sent' | 'message.edited' | 'message.deleted' }>;
export type ReactionEvent = Extract<Event, { reaction: unknown }>;
export type GroupActionEvent = Extract<Event, { type: `group.${string}` }>;
export type CallEvent = Extract<Event, { call: unknown }>;
export type BlockEvent = Extract<Event, { type: `user.${string}` }>;
/** An event that may notify users; the others only change state. */
export type NotifyingEvent = MessageEvent | ReactionEvent | GroupActionEvent | CallEvent;

export const isMessage = (event: Event): event is MessageEvent =>
  event.type === 'message.sent' || event.type === 'message.edited' || event.type === 'message.deleted';
export const isReaction = (event: Event): event is ReactionEvent =>
  event.type === 'reaction.added' || event.type === 'reaction.removed';
export const isGroupAction = (event: Event): event is GroupActionEvent => event.type.startsWith('group.');
export const isCall = (event: Event): event is CallEvent => event.type.startsWith('call.');
/**
 * Whether it has a list of members: those who joined, left or changed in a group, or the users blocked or unblocked.
 */
export const hasMembers = (event: Event): event is GroupActionEvent | BlockEvent =>
  isGroupAction(event) || isBlock(event);

const isBlock = (event: Event): event is BlockEvent => event.type === 'user.blocked' || event.type === 'user.unblocked';

/** The conversation an event happened in; undefined for blocks, which belong to none. */
export const conversationOf = (event: Event): Exclude<Event, BlockEvent>['conversation'] | undefined =>
  isBlock(event) ? undefined : event.conversation;

/**
 * Whether the event notifies anyone. Read marks and blocks are state only. A removed reaction and a new custom message
 * notify only if they say so, any other new event unless it says not to (docs/rules/decision.md#notifying-events).
 * Edits and deletions go to the recipients of the original, whatever they say themselves: to no one if it was silent.
 */
export function isNotifying(event: Event): event is NotifyingEvent {
  if (event.type === 'message.sent') {
    const { category, sendNotification } = event.message;
    return category === 'custom' ? sendNotification === true : sendNotification !== false;
  }
  return isMessage(event) || isReaction(event) || isGroupAction(event) || isCall(event);
}

/** The key of the conversation an event belongs to; all events of a conversation share a shard. */
export function conversationKey(event: Event): string {
  const conversation = conversationOf(event);
  return conversation ? conversationKeyOf(event.sender.uid, conversation) : `user_${event.sender.uid}`;
}

/**
 * The key under which data of a conversation is stored: different for different conversations. That is its id, except
 * between users whose ids make it ambiguous: `a_user_b_user_c` is between `a_user_b` and `c`, and between `a` and
 * `b_user_c`; `group_a_user_b` could be a group's. No uid contains a ":".
 */
export function conversationKeyOf(sender: string, conversation: { type: 'user' | 'group'; id: string }): string {
  const id = conversationId(sender, conversation);
  if (conversation.type === 'group') return id;
  const isAmbiguous = id.startsWith('group_') || id.indexOf(BETWEEN_USERS) !== id.lastIndexOf(BETWEEN_USERS);
  return isAmbiguous ? joined(sender, conversation.id, ':') : id;
}

const BETWEEN_USERS = '_user_';

/**
 * `<uidA>_user_<uidB>` with the uids in code-unit order, or `group_<guid>` (docs/rules/cometchat.md#conversation-id).
 */
export function conversationId(sender: string, conversation: { type: 'user' | 'group'; id: string }): string {
  if (conversation.type === 'group') return `group_${conversation.id}`;
  return joined(sender, conversation.id, BETWEEN_USERS);
}

/** Two uids in code-unit order. */
const joined = (one: string, other: string, by: string): string => (one < other ? one + by + other : other + by + one);

/** A valid event, or the error that names the wrong field. */
export function parseEvent(input: unknown): { ok: true; event: Event } | { ok: false; error: FanfareError } {
  const parsed = Event.safeParse(input);
  if (parsed.success) return { ok: true, event: parsed.data };
  const problems = fieldProblems(parsed.error).map((problem) =>
    problem.field === 'type' ? { field: 'type', problem: `must be one of: ${EVENT_TYPES.join(', ')}` } : problem,
  );
  return { ok: false, error: badRequest(problems) };
}
