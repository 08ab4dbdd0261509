/**
 * The four payloads of CometChat's documentation, "Add Custom provider credentials" (docs/rules/cometchat.md#samples),
 * key by key in their order, without its comments and without `message` and `custom`, which are only placeholders
 * there.
 */

const ANDREW = {
  sender: 'cometchat-uid-1',
  senderName: 'Andrew Joseph',
  senderAvatar: 'https://assets.cometchat.io/sampleapp/v2/users/cometchat-uid-1.webp',
};
const TO_GEORGE = {
  receiver: 'cometchat-uid-2',
  receiverName: 'George Alan',
  receiverAvatar: 'https://assets.cometchat.io/sampleapp/v2/users/cometchat-uid-2.webp',
  receiverType: 'user',
};

const envelope = (uid: string, notificationDetails: object) => ({
  trigger: 'push-notification-payload-generated',
  data: { to: { uid }, notificationDetails },
  appId: 'app123',
  region: 'us',
  webhook: 'custom',
});

export const CHAT = envelope('cometchat-uid-2', {
  title: 'Andrew Joseph',
  body: 'Hello!',
  ...ANDREW,
  ...TO_GEORGE,
  tag: '123',
  conversationId: 'cometchat-uid-1_user_cometchat-uid-2',
  type: 'chat',
  sentAt: '1741847453000',
});

/** The sample's title "Caller" stands for the caller's name. */
export const CALL = envelope('cometchat-uid-2', {
  title: 'Andrew Joseph',
  body: 'AUDIO CALL',
  ...ANDREW,
  ...TO_GEORGE,
  tag: '123',
  conversationId: 'cometchat-uid-1_user_cometchat-uid-2',
  type: 'call',
  callAction: 'initiated',
  sessionId: 'v1.123.aik2',
  callType: 'audio',
  sentAt: '1741847453000',
});

/** In the sample the receiver equals the sender, a mistake; here it is the recipient. */
export const REACTION = envelope('cometchat-uid-2', {
  title: 'Andrew Joseph',
  body: 'Reacted to your message: 😎',
  ...ANDREW,
  ...TO_GEORGE,
  tag: '58',
  conversationId: 'cometchat-uid-1_user_cometchat-uid-2',
  type: 'chat',
  sentAt: '1741847453000',
});

export const GROUP_ACTION = envelope('g-messages-none', {
  title: 'Hiking group',
  body: 'Andrew Joseph has left',
  ...ANDREW,
  receiver: 'cometchat-guid-1',
  receiverName: 'Hiking group',
  receiverType: 'group',
  tag: 'cometchat-guid-1',
  conversationId: 'group_cometchat-guid-1',
  type: 'chat',
  sentAt: '1741847453000',
});
