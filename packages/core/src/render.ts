import {
  type CallEvent,
  conversationId,
  type GroupActionEvent,
  isCall,
  isGroupAction,
  isMessage,
  isReaction,
  type MessageEvent,
  type NotifyingEvent,
} from './event.ts';
import type { CallAction, NotificationDetails } from './notification-details.ts';

/** What is registered about a person or a group; what the event says itself goes before it. */
export interface Profile {
  name?: string | undefined;
  avatar?: string | undefined;
}

/** The registered profiles an event's notification may need. */
export interface Profiles {
  sender?: Profile | undefined;
  /** The recipient in a 1:1, the group in a group. */
  receiver?: Profile | undefined;
  /** Members a group action names, by uid. */
  members?: Record<string, Profile> | undefined;
}

/**
 * The notification of one event for one recipient. Keys come in the order of the seeds, absent ones are left out; texts
 * are CometChat's defaults (PARITY 3.2; seeds 001, 002).
 */
export function renderDetails(event: NotifyingEvent, recipient: string, profiles: Profiles): NotificationDetails {
  const group = event.conversation.type === 'group';
  const senderName = event.sender.name ?? profiles.sender?.name ?? event.sender.uid;
  const receiver = group ? event.conversation.id : recipient;
  // In a 1:1 the conversation names the person it is with; whoever else hears of it is looked up.
  const named = group || event.conversation.id === recipient ? event.conversation : undefined;
  const receiverName = named?.name ?? profiles.receiver?.name ?? receiver;
  return compact({
    title: titleOf(event, senderName, receiverName),
    body: bodyOf(event, senderName, profiles),
    sender: event.sender.uid,
    senderName,
    senderAvatar: event.sender.avatar ?? profiles.sender?.avatar,
    receiver,
    receiverName,
    receiverAvatar: named?.avatar ?? profiles.receiver?.avatar,
    receiverType: event.conversation.type,
    tag: tagOf(event),
    conversationId: conversationId(event.sender.uid, event.conversation),
    type: isCall(event) ? 'call' : 'chat',
    ...(isCall(event) ? callDetails(event) : {}),
    sentAt: String(event.sentAt),
    custom: event.custom,
  });
}

/** What replaces what on a device: the message id (edits and deletes too), the reaction's id, the guid, the call's id. */
export function tagOf(event: NotifyingEvent): string {
  if (isMessage(event)) return event.message.id;
  if (isReaction(event)) return event.reaction.id;
  if (isCall(event)) return event.call.id ?? event.call.sessionId;
  return event.conversation.id;
}

function titleOf(event: NotifyingEvent, senderName: string, receiverName: string): string {
  if (isGroupAction(event)) return receiverName;
  if (isMessage(event) && event.conversation.type === 'group') return `${senderName} @ ${receiverName}`;
  return senderName;
}

function bodyOf(event: NotifyingEvent, senderName: string, profiles: Profiles): string {
  if (isCall(event)) return `${event.call.type.toUpperCase()} CALL`;
  if (isReaction(event)) return `Reacted to your message: ${event.reaction.reaction}`;
  if (isGroupAction(event)) return groupActionBody(event, senderName, profiles);
  return messageBody(event);
}

/** A map, since a type may be any word: an object knows "constructor". */
const MEDIA_BODY = new Map([
  ['image', '📷 Has sent an image'],
  ['audio', '🔈 Has sent an audio'],
  ['video', '🎥 Has sent a video'],
  ['file', '📄 Has sent a file'],
]);

function messageBody(event: MessageEvent): string {
  if (event.type === 'message.deleted') return 'This message was deleted';
  const { type, text } = event.message;
  return MEDIA_BODY.get(type) ?? text ?? 'New message';
}

const callAction = (event: CallEvent): CallAction => event.type.slice('call.'.length) as CallAction;

const callDetails = (event: CallEvent) => ({
  callAction: callAction(event),
  sessionId: event.call.sessionId,
  callType: event.call.type,
});

function groupActionBody(event: GroupActionEvent, senderName: string, profiles: Profiles): string {
  const names = event.members.map(
    ({ uid, name }) => name ?? (uid === event.sender.uid ? senderName : (registeredName(profiles, uid) ?? uid)),
  );
  const many = names.length > 1;
  const been = many ? 'have been' : 'has been';
  switch (event.type) {
    case 'group.member_joined':
      return `${list(names)} ${many ? 'have' : 'has'} joined`;
    case 'group.member_left':
      return `${list(names)} ${many ? 'have' : 'has'} left`;
    case 'group.member_added':
      return `${list(names)} ${been} added`;
    case 'group.member_kicked':
      return `${list(names)} ${been} kicked`;
    case 'group.member_banned':
      return `${list(names)} ${been} banned`;
    case 'group.member_unbanned':
      return `${list(names)} ${been} unbanned`;
    case 'group.member_scope_changed':
      return `${list(names)} ${been} made ${event.members[0]?.scope ?? 'member'}`;
  }
}

/** Only what the profiles hold themselves: a uid may be "constructor". */
const registeredName = ({ members = {} }: Profiles, uid: string): string | undefined =>
  Object.hasOwn(members, uid) ? members[uid]?.name : undefined;

/** At most three names are spelled out: a notification is one line. */
function list(names: string[]): string {
  if (names.length > 3) return `${names.slice(0, 2).join(', ')} and ${names.length - 2} others`;
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

type Loose<T> = { [K in keyof T]: T[K] | undefined };

/** Leaves out what is undefined, keeping the order of the rest. */
const compact = (details: Loose<NotificationDetails>): NotificationDetails =>
  Object.fromEntries(
    Object.entries(details).filter(([, value]) => value !== undefined),
  ) as unknown as NotificationDetails;
