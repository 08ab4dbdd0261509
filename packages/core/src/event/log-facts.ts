import type { AcceptedEvent } from './accepted-event.ts';
import { conversationOf, type Event, type EventType, isCall, isGroupAction, isMessage, isReaction } from './event.ts';

/** Event names in the log: CometChat's (docs/rules/cometchat.md#log), and two of ours in the same style. */
export const LOG_TRIGGERS = {
  'message.sent': 'after_message',
  'message.edited': 'message_edited',
  'message.deleted': 'message_deleted',
  'message.read': 'message_read',
  'reaction.added': 'message_reaction_added',
  'reaction.removed': 'message_reaction_removed',
  'group.member_joined': 'after_group_joined',
  'group.member_left': 'after_group_left',
  'group.member_added': 'after_group_members_added',
  'group.member_kicked': 'after_group_members_kicked',
  'group.member_banned': 'after_group_members_banned',
  'group.member_unbanned': 'after_group_members_unbanned',
  'group.member_scope_changed': 'after_scope_changed',
  'call.initiated': 'initiated',
  'call.ongoing': 'ongoing',
  'call.cancelled': 'cancelled',
  'call.rejected': 'rejected',
  'call.unanswered': 'unanswered',
  'call.busy': 'busy',
  'call.ended': 'ended',
  'user.blocked': 'user_blocked',
  'user.unblocked': 'user_unblocked',
} as const satisfies Record<EventType, string>;

/** What a log row says about its event. */
export interface LogFacts {
  trigger: (typeof LOG_TRIGGERS)[EventType];
  messageId?: string;
  reactionId?: string;
  messageCategory?: string;
  messageType?: string;
  messageSentAtMS: number;
  /** The user who acted; for a reaction, who reacted. */
  sender: string;
  reactionSender?: string;
  /** The guid of a group, or the receiver's uid. */
  receiver?: string;
  reactionReceiver?: string;
  receiverType?: 'user' | 'group';
  /** When ingest received the event, epoch ms. */
  processingStartedAtMS: number;
}

/** What the log says about an event, the same in all its rows. */
export function logFacts({ event, receivedAt }: AcceptedEvent): LogFacts {
  const conversation = conversationOf(event);
  return {
    trigger: LOG_TRIGGERS[event.type],
    ...subjectOf(event),
    messageSentAtMS: event.sentAt,
    sender: event.sender.uid,
    ...(conversation ? { receiver: conversation.id, receiverType: conversation.type } : {}),
    processingStartedAtMS: receivedAt,
  };
}

function subjectOf(event: Event): Partial<LogFacts> {
  if (isReaction(event)) {
    const { id, messageId, messageSender } = event.reaction;
    const receiver = messageSender === undefined ? {} : { reactionReceiver: messageSender };
    return { messageId, reactionId: id, reactionSender: event.sender.uid, ...receiver };
  }
  if (isCall(event)) {
    const { id, sessionId, type } = event.call;
    return { messageId: id ?? sessionId, messageCategory: 'call', messageType: type };
  }
  if (isGroupAction(event)) return { messageCategory: 'action', messageType: 'groupMember' };
  if (!isMessage(event)) return {};
  const { id, category, type } = event.message;
  return { messageId: id, messageCategory: category, messageType: type };
}
