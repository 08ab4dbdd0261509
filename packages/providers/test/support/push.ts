import type { CustomCredential, Push } from '@fanfare/core';

/** A push like CometChat's sample: Alice writes to Bob. */
export const aPush = (changes: Partial<Push> = {}): Push => ({
  deliveryId: 'dlv_1',
  appId: 'app1',
  region: 'us',
  uid: 'bob',
  details: {
    title: 'Alice',
    body: 'hi — grüß dich 👋',
    sender: 'alice',
    senderName: 'Alice',
    receiver: 'bob',
    receiverName: 'Bob',
    receiverType: 'user',
    tag: '101',
    conversationId: 'alice_user_bob',
    type: 'chat',
    sentAt: '1741847453000',
    unreadMessageCount: 3,
  },
  deadlineAt: Date.now() + 60_000,
  holdUntil: Date.now() + 120_000,
  ...changes,
});

export const aCredential = (webhookURL: string, changes: Partial<CustomCredential> = {}): CustomCredential => ({
  webhookURL,
  signingSecrets: [],
  ...changes,
});
