import type { MessageEvent } from '@fanfare/core';
import { z } from 'zod';
import { Content, messageOf } from './content.ts';
import { webhookEventId } from './event-id.ts';
import { conversationOf, personOf } from './parties.ts';
import { type Reader, reader } from './reader.ts';
import { type Context, type Reading, whole } from './translation.ts';
import { Entity, MaybeId, ROUTE, tolerant, WireTime, WireUid } from './wire.ts';

const Sent = Content.extend({ ...ROUTE, sentAt: WireTime });

/** Notices that travel as messages; what they tell has triggers of its own. */
const NOTICES: readonly unknown[] = ['action', 'call'];

/**
 * `message_sent`, and `user_mentioned`, which carries the same message: both give the same id, so that whichever comes
 * second is the duplicate (PARITY 5.1, 5.2).
 */
export const readSent: Reader = reader(z.object({ message: Sent }), ({ message }, context) =>
  sent(message, (context.data as { message: unknown }).message, context),
);

/** Legacy `after_message`: the message's fields directly under `data`, beside our own `recipients`. */
export const readLegacySent: Reader = reader(Sent, (message, context) => {
  const { recipients: _ours, ...object } = context.data as Record<string, unknown>;
  return sent(message, object, context);
});

function sent(message: z.output<typeof Sent>, object: unknown, { now }: Context): Reading | undefined {
  if (NOTICES.includes(message.category)) return undefined;
  const profiles = [message.data?.entities?.sender, message.data?.entities?.receiver];
  return whole({
    id: webhookEventId('message_sent', [message.id]),
    type: 'message.sent',
    sentAt: message.sentAt ?? now,
    sender: personOf(message.sender, profiles),
    conversation: conversationOf(message.sender, message, profiles),
    message: messageOf(message, object),
  });
}

/** The original of an edit or a delete, and who did it; some say so in `editedBy`, `deletedBy` alone. */
const Original = Content.extend({ editedBy: tolerant(WireUid), deletedBy: tolerant(WireUid) });
const Action = z.object({
  message: z.object({
    ...ROUTE,
    id: MaybeId,
    sentAt: WireTime,
    data: z.object({
      entities: z.object({ by: Entity, for: Entity, on: z.object({ entity: Original }) }),
    }),
  }),
});

/** `message_edited`, `message_deleted`: the id is the original's, not the action's own (PARITY 5.3). */
export const readAction = (type: 'message.edited' | 'message.deleted'): Reader =>
  reader(Action, ({ message: action }, context) => {
    const { by, for: receiver, on } = action.data.entities;
    const original = on.entity;
    const actor = by?.id ?? original.editedBy ?? original.deletedBy ?? action.sender;
    const at = (type === 'message.edited' ? original.editedAt : original.deletedAt) ?? action.sentAt;
    const profiles = [by, receiver];
    const event: MessageEvent = {
      id: webhookEventId(context.trigger, [original.id, at ?? action.id]),
      type,
      sentAt: at ?? context.now,
      sender: personOf(actor, profiles),
      conversation: conversationOf(actor, action, profiles),
      message: messageOf(original, rawOriginal(context.data)),
    };
    return whole(event);
  });

/** The original as it came, once the schema has vouched for the way there. */
const rawOriginal = (data: unknown): unknown =>
  (data as { message: { data: { entities: { on: { entity: unknown } } } } }).message.data.entities.on.entity;
