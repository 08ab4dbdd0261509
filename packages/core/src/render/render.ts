import { conversationId, isCall, isMessage, isReaction, type NotifyingEvent } from '../event/event.ts';
import { usesPrivacyTemplate } from '../preferences/effective-preferences.ts';
import { mergePatch } from '../preferences/merge-patch.ts';
import { compact } from './compact.ts';
import { type Participants, sentObject } from './message-object.ts';
import { callActionOf, type NotificationDetails } from './notification-details.ts';
import type { RenderContext } from './render-context.ts';
import { type Rendered, renderShared } from './shared-details.ts';
import { textsOf } from './texts.ts';

/**
 * Renders the notification of one event for one recipient. Keys follow the order of the samples
 * (docs/rules/cometchat.md#samples), absent ones are omitted; texts come from the app's templates. Every valid event
 * can be rendered. The result may be shared between recipients: it must not be changed.
 */
export const renderDetails = (event: NotifyingEvent, context: RenderContext): NotificationDetails =>
  render(event, context).details;

/** The same, and what the recipient shares with others. */
export const render = (event: NotifyingEvent, context: RenderContext): Rendered =>
  renderShared(event, context, () => renderOne(event, context));

function renderOne(event: NotifyingEvent, context: RenderContext): NotificationDetails {
  const participants = participantsOf(event, context);
  const { customJson } = context.settings.preferences.push;
  const { title, body, truncated } = textsOf(event, context, participants);
  const call = isCall(event) ? event : undefined;
  // Spreads would double the cost, which a message of a 1:1 conversation shares with no other.
  return compact<NotificationDetails>({
    title,
    body,
    sender: participants.sender,
    senderName: participants.senderName,
    senderAvatar: participants.senderAvatar,
    receiver: participants.receiver,
    receiverName: participants.receiverName,
    receiverAvatar: participants.receiverAvatar,
    receiverType: event.conversation.type,
    tag: tagOf(event),
    conversationId: conversationId(event.sender.uid, event.conversation),
    type: call ? 'call' : 'chat',
    callAction: call && callActionOf(call.type),
    sessionId: call?.call.sessionId,
    callType: call?.call.type,
    sentAt: String(event.sentAt),
    unreadMessageCount: context.unread,
    message: messageOf(event, context, participants),
    custom: customOf(customJson, event.custom),
    truncated,
  });
}

/** Identifies what a notification replaces: the message id (edits and deletions too), reaction id, guid or call id. */
export function tagOf(event: NotifyingEvent): string {
  if (isMessage(event)) return event.message.id;
  if (isReaction(event)) return event.reaction.id;
  if (isCall(event)) return event.call.id ?? event.call.sessionId;
  return event.conversation.id;
}

function participantsOf(
  { sender, conversation }: NotifyingEvent,
  { profiles, recipient }: RenderContext,
): Participants {
  const group = conversation.type === 'group';
  const receiver = group ? conversation.id : recipient.uid;
  // A 1:1 conversation names the other user; any other recipient is looked up.
  const named = group || conversation.id === recipient.uid ? conversation : undefined;
  const registered = group ? undefined : recipient;
  return {
    sender: sender.uid,
    senderName: sender.name ?? profiles.sender?.name ?? sender.uid,
    senderAvatar: sender.avatar ?? profiles.sender?.avatar,
    receiver,
    receiverName: named?.name ?? registered?.name ?? profiles.receiver?.name ?? receiver,
    receiverAvatar: named?.avatar ?? registered?.avatar ?? profiles.receiver?.avatar,
  };
}

/** The message object if the app wants it; never for recipients of private texts, since it contains the hidden ones. */
function messageOf(
  event: NotifyingEvent,
  { settings: { preferences }, recipient }: RenderContext,
  participants: Participants,
) {
  const wanted =
    preferences.push.includeMessageObjectSetting && !usesPrivacyTemplate(preferences, recipient.preferences);
  return wanted && isMessage(event) ? sentObject(event, participants, preferences.push) : undefined;
}

/** The event's custom JSON merged over the app's (RFC 7396); unchanged if the app has none. */
const customOf = (app: object | undefined, event: Record<string, unknown> | undefined) =>
  app === undefined ? event : (mergePatch(app, event ?? {}) as Record<string, unknown>);
