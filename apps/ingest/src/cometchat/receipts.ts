import { z } from 'zod';
import { webhookEventId } from './event-id.ts';
import { conversationFrom, senderOf } from './participants.ts';
import { type Reader, reader } from './reader.ts';
import { type Reading, ready } from './translation.ts';
import { ADDRESSING, type Addressing, type Profile, tolerant, WireId, WireTime, WireUid, WireUser } from './wire.ts';

const Receipt = z.object({
  ...ADDRESSING,
  messageSender: tolerant(WireUid),
  body: z.object({
    action: z.string(),
    messageId: WireId,
    timestamp: WireTime,
    user: tolerant(z.union([WireUser, WireUid.transform((uid) => ({ uid, name: undefined, avatar: undefined }))])),
  }),
});

const LegacyReceipt = z.object({
  messageId: WireId,
  receiptType: z.string(),
  readAt: WireTime,
  messageSender: tolerant(WireUid),
  receiptSender: WireUid,
  receiptReceiver: WireUid,
  receiverType: ADDRESSING.receiverType,
});

const readCurrent = reader(Receipt, ({ body, messageSender, ...route }, { now }) => {
  const readBy = body.user ? { ...body.user, id: body.user.uid } : { id: route.sender };
  const sender = messageSender ?? route.sender;
  return readMark(body, readBy, { ...route, sender }, body.timestamp ?? now);
});

const readLegacy = reader(LegacyReceipt, (receipt, { now }) => {
  const { messageId, receiptType: action, receiptSender: id, receiptReceiver: receiver, receiverType } = receipt;
  const sender = receipt.messageSender ?? id;
  return readMark({ messageId, action }, { id }, { sender, receiver, receiverType }, receipt.readAt ?? now);
});

/** `message_read_receipt` in both shapes (docs/rules/cometchat.md#state-webhooks). Other receipts have no effect. */
export const readReceipt: Reader = (body, context) =>
  isLegacy(context.data) ? readLegacy(body, context) : readCurrent(body, context);

const isLegacy = (data: unknown): boolean => typeof data === 'object' && data !== null && 'receiptType' in data;

function readMark(
  mark: { messageId: string; action: string },
  readBy: Profile & { id: string },
  route: Addressing,
  sentAt: number,
): Reading | undefined {
  if (mark.action !== 'read') return undefined;
  return ready({
    id: webhookEventId('message_read', [mark.messageId, readBy.id]),
    type: 'message.read',
    sentAt,
    sender: senderOf(readBy.id, [readBy]),
    conversation: conversationFrom(readBy.id, route, []),
    message: { id: mark.messageId },
  });
}
