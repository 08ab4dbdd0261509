import type { TokenMessage } from 'firebase-admin/messaging';
import type { Message } from './queues.ts';

const TTL_MS = 86_400_000;

/** The push to one device, with the data that Fanfare sends. */
export const pushOf = ({ id, group, to = '', sender, senderName, text }: Message, token: string): TokenMessage => ({
  token,
  data: {
    title: group ?? senderName,
    body: group === undefined ? text : `${senderName}: ${text}`,
    sender,
    senderName,
    receiver: group ?? to,
    receiverName: group ?? to,
    receiverType: group === undefined ? 'user' : 'group',
    tag: id,
    conversationId: group === undefined ? `${sender}_user_${to}` : `group_${group}`,
    type: 'chat',
    sentAt: String(Date.now()),
  },
  android: { priority: 'high', ttl: TTL_MS },
});
