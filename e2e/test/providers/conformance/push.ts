import { randomUUID } from 'node:crypto';
import type { Push } from '@fanfare/core';

const HOUR_MS = 3_600_000;

/** Alice writes to this recipient; each push is a delivery of its own. */
export function aPush(uid: string, changes: Partial<Push> = {}): Push {
  const id = randomUUID();
  return {
    deliveryId: id,
    appId: 'app123',
    region: 'us',
    uid,
    details: {
      title: 'Alice',
      body: 'Are we still on for lunch? — grüß dich 👋',
      sender: 'alice',
      senderName: 'Alice',
      receiver: 'bob',
      receiverName: 'Bob',
      receiverType: 'user',
      tag: id,
      conversationId: 'alice_user_bob',
      type: 'chat',
      sentAt: '1741847453000',
    },
    deadlineAt: Date.now() + HOUR_MS,
    holdUntil: Date.now() + HOUR_MS,
    ...changes,
  };
}
