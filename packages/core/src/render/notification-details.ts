/** The call a `type: "call"` notification is about. */
export type CallAction = 'initiated' | 'ongoing' | 'cancelled' | 'rejected' | 'unanswered' | 'busy' | 'ended';

/** The action of a call event's type: `initiated` of `call.initiated`. */
export const callActionOf = (type: `call.${CallAction}`): CallAction => type.slice('call.'.length) as CallAction;

/**
 * What a client receives about one notification, on every provider: `notificationDetails` of the custom webhook, the
 * data map of FCM, the root keys of APNs. Names, order and types are CometChat's (docs/rules/cometchat.md#payload).
 */
export interface NotificationDetails {
  title: string;
  body: string;
  /** uid of the sender. */
  sender: string;
  senderName: string;
  senderAvatar?: string;
  /** The recipient's uid in a 1:1 conversation, the guid in a group. */
  receiver: string;
  receiverName: string;
  receiverAvatar?: string;
  receiverType: 'user' | 'group';
  /** Notifications with the same tag replace each other on the device. */
  tag: string;
  conversationId: string;
  type: 'chat' | 'call';
  callAction?: CallAction;
  sessionId?: string;
  callType?: 'audio' | 'video';
  /** Epoch milliseconds, as a string. */
  sentAt: string;
  /** Total unread messages of the recipient. */
  unreadMessageCount?: number;
  /** The message object, when the app includes it. */
  message?: Record<string, unknown>;
  /** The app's custom JSON. */
  custom?: Record<string, unknown>;
  /** What was shortened or left out because it was too large, separated by commas (docs/rules/decision.md#size). */
  truncated?: string;
}

/** A part of a notification that may be shortened or left out. */
export type TruncatedPart =
  | 'title'
  | 'body'
  | 'message.data.text'
  | 'message'
  | 'receiverAvatar'
  | 'senderAvatar'
  | 'custom';

/** The value of `truncated` for these parts, or lists of parts; undefined when there are none. */
export function truncatedWith(...parts: readonly (TruncatedPart | string | false | undefined)[]): string | undefined {
  const named = parts.flatMap((part) => (part ? part.split(',') : []));
  return named.length === 0 ? undefined : [...new Set(named)].join(',');
}

/** Call states that show something: a ring or a missed call. */
const VISIBLE: ReadonlySet<CallAction> = new Set(['initiated', 'cancelled', 'unanswered']);

/** Whether a notification is visible: all are, except call states that only end what is on the screen. */
export const isVisible = ({ callAction }: NotificationDetails): boolean =>
  callAction === undefined || VISIBLE.has(callAction);
