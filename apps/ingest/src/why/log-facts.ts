import {
  type AcceptedEvent,
  type Event,
  type EventType,
  isCall,
  isGroupAction,
  isMessage,
  isReaction,
} from '@fanfare/core';

/**
 * The log's names of events: those of CometChat's engine (docs/rules/cometchat.md#log), and two in their manner that it
 * lacks.
 */
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

/** What a row of the log says of its event. */
export interface LogFacts {
  trigger: (typeof LOG_TRIGGERS)[EventType];
  messageId?: string;
  reactionId?: string;
  messageCategory?: string;
  messageType?: string;
  messageSentAtMS: number;
  /** Who acted: of a reaction, who reacted. */
  sender: string;
  reactionSender?: string;
  /** The guid of a group, or the receiver's uid. */
  receiver?: string;
  reactionReceiver?: string;
  receiverType?: 'user' | 'group';
  /** When ingest took the event, epoch ms. */
  processingStartedAtMS: number;
}

/** What the log says of an event, the same in all of its rows. */
export function logFacts({ event, receivedAt }: AcceptedEvent): LogFacts {
  const place =
    'conversation' in event ? { receiver: event.conversation.id, receiverType: event.conversation.type } : {};
  return {
    trigger: LOG_TRIGGERS[event.type],
    ...subjectOf(event),
    messageSentAtMS: event.sentAt,
    sender: event.sender.uid,
    ...place,
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
