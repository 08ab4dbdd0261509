/**
 * The content of a notification, the same for every provider, with CometChat's names and values
 * (docs/rules/cometchat.md#payload).
 */
export interface NotificationDetails {
  title: string;
  body: string;
  /** The uid of the user who acted. */
  sender: string;
  senderName: string;
  senderAvatar?: string;
  /** The recipient's uid in a one-on-one conversation, the guid in a group. */
  receiver: string;
  receiverName: string;
  receiverAvatar?: string;
  receiverType: 'user' | 'group';
  /** Notifications with the same tag replace each other on the device. */
  tag: string;
  conversationId: string;
  type: 'chat' | 'call';
  callAction?: 'initiated' | 'ongoing' | 'cancelled' | 'rejected' | 'unanswered' | 'busy' | 'ended';
  sessionId?: string;
  callType?: 'audio' | 'video';
  /** Epoch milliseconds, as a string. */
  sentAt: string;
  unreadMessageCount?: number;
  message?: Record<string, unknown>;
  custom?: Record<string, unknown>;
  /** What was shortened or left out, separated by commas: `title`, `body`, `message`, … Absent if nothing was. */
  truncated?: string;
}

/** What the custom provider posts to a webhook, once per recipient. */
export interface WebhookBody {
  trigger: 'push-notification-payload-generated';
  data: { to: { uid: string }; notificationDetails: NotificationDetails };
  appId: string;
  region: string;
  webhook: 'custom';
}
