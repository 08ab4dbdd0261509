import type { DevicePush, NotificationDetails, Platform, Push } from '@fanfare/core';

const HOUR_MS = 3_600_000;

/** The sound of every push with sound. */
export const SOUND = 'default';

/** The same for all recipients: Alice writes to Bob. */
export const DETAILS = {
  title: 'Alice',
  body: 'Are we still on for lunch?',
  sender: 'alice',
  senderName: 'Alice',
  receiver: 'bob',
  receiverName: 'Bob',
  receiverType: 'user',
  tag: '101',
  conversationId: 'alice_user_bob',
  type: 'chat',
  sentAt: '1741847453000',
} as const satisfies NotificationDetails;

/** When a push expires, epoch ms. */
export const expiry = (): number => Date.now() + HOUR_MS;

/** The `n`th push as our sender passes it to a provider. */
export function aPush(n: number): Push {
  const until = expiry();
  const where = { appId: 'app123', region: 'us', uid: `user-${n}` };
  return { deliveryId: `e1v7q2k9x0${n}-0`, ...where, details: DETAILS, deadlineAt: until, holdUntil: until };
}

/** The `n`th push to a device. */
export const aDevicePush = (n: number, device: { platform: Platform; token: string }): DevicePush => ({
  ...aPush(n),
  device: { ...device, registeredAt: 0 },
  collapseKey: `message-${DETAILS.tag}`,
  sound: SOUND,
});

/** A token of 151 characters, in FCM's format. */
export const fcmToken = (n: number): string => `${String(n).padStart(22, '0')}:APA91b${'x'.repeat(122)}`;

/** A token of 64 hexadecimal digits. */
export const apnsToken = (n: number): string => n.toString(16).padStart(64, '0');
