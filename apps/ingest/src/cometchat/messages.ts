import type { MessageEvent, ModerationStatus } from '@fanfare/core';
import { z } from 'zod';
import { Content, Moderation, messageOf } from './content.ts';
import { fingerprint, webhookEventId } from './event-id.ts';
import { conversationFrom, senderOf } from './participants.ts';
import { type Reader, reader } from './reader.ts';
import { type Context, type Reading, ready } from './translation.ts';
import { ADDRESSING, Entity, MaybeId, tolerant, WireTime, WireUid } from './wire.ts';

const Sent = Content.extend({ ...ADDRESSING, sentAt: WireTime });

const Body = z.object({ message: Sent, moderation: Moderation });

/** Notices sent as messages; they have triggers of their own. */
const NOTICES: readonly unknown[] = ['action', 'call'];

/**
 * `message_sent`, and `user_mentioned`, which has the same message. Both produce the same id, so that the second one is
 * a duplicate (docs/rules/cometchat.md#webhooks).
 */
export const readSent: Reader = reader(Body, ({ message, moderation }, context) =>
  sent(message, rawMessage(context.data), context, moderation),
);

/**
 * `moderation_engine_approved`, `_blocked`, `moderation_manual_approved`: the message again, with a verdict. The
 * payload is undocumented; one without a complete message is ignored.
 */
export const readVerdict =
  (verdict: ModerationStatus): Reader =>
  (_body, context) => {
    const parsed = Body.safeParse(context.data);
    if (!parsed.success) return { ok: true, data: undefined };
    return { ok: true, data: sent(parsed.data.message, rawMessage(context.data), context, verdict) };
  };

/** Legacy `after_message`: has the message's fields directly under `data`, beside our own `recipients`. */
export const readLegacySent: Reader = reader(Sent, (message, context) => {
  const { recipients: _ours, ...object } = context.data as Record<string, unknown>;
  return sent(message, object, context);
});

function sent(
  content: z.output<typeof Sent>,
  object: unknown,
  { now }: Context,
  moderation?: ModerationStatus,
): Reading | undefined {
  const message = moderation === undefined ? content : { ...content, moderation };
  if (NOTICES.includes(message.category)) return undefined;
  const profiles = [message.data?.entities?.sender, message.data?.entities?.receiver];
  return ready({
    id: webhookEventId('message_sent', [message.id]),
    type: 'message.sent',
    sentAt: message.sentAt ?? now,
    sender: senderOf(message.sender, profiles),
    conversation: conversationFrom(message.sender, message, profiles),
    message: messageOf(message, object),
  });
}

const CHANGED = { editedBy: tolerant(WireUid), deletedBy: tolerant(WireUid) };

/** The documented shape: an action with its own id, and the original among its entities. */
const Action = z.object({
  message: z.object({
    ...ADDRESSING,
    id: MaybeId,
    sentAt: WireTime,
    data: z.object({
      entities: z.object({ by: Entity, for: Entity, on: z.object({ entity: Content.extend(CHANGED) }) }),
    }),
  }),
});

/** The shape seen in production: the changed message itself, as in `message_sent`. */
const Flat = z.object({ message: Sent.extend({ ...CHANGED, updatedAt: WireTime }) });

type Change = 'message.edited' | 'message.deleted';

/**
 * `message_edited`, `message_deleted`, as an action on the original (docs/rules/cometchat.md#edits) or flat, for
 * messages of any category. Our event has the id of the original in both cases.
 */
export const readChange = (type: Change): Reader => {
  const [readAction, readFlat] = [reader(Action, ofAction(type)), reader(Flat, ofFlat(type))];
  return (body, context) => (isAction(context.data) ? readAction : readFlat)(body, context);
};

const Named = z.object({
  message: z.object({ category: z.unknown(), data: tolerant(z.object({ entities: z.looseObject({}) })) }),
});

function isAction(data: unknown): boolean {
  const { data: named } = Named.safeParse(data);
  if (named?.message.category === 'action') return true;
  return named?.message.data?.entities.on !== undefined;
}

const ofAction =
  (type: Change) =>
  ({ message: action }: z.output<typeof Action>, context: Context): Reading => {
    const { by, for: receiver, on } = action.data.entities;
    const original = on.entity;
    const actor = by?.id ?? original.editedBy ?? original.deletedBy ?? action.sender;
    const at = changedAt(type, original) ?? action.sentAt;
    const object = rawMessage(context.data).data.entities.on.entity;
    return changed(type, original, object, {
      id: webhookEventId(context.trigger, [original.id, at ?? action.id]),
      sentAt: at ?? context.now,
      sender: senderOf(actor, [by, receiver]),
      conversation: conversationFrom(actor, action, [by, receiver]),
    });
  };

const ofFlat =
  (type: Change) =>
  ({ message }: z.output<typeof Flat>, context: Context): Reading => {
    const { entities } = message.data ?? {};
    const profiles = [entities?.sender, entities?.receiver];
    const actor = (type === 'message.edited' ? message.editedBy : message.deletedBy) ?? message.sender;
    const at = changedAt(type, message);
    const object = rawMessage(context.data);
    // `sentAt` is the original's. Changes without a time of their own are distinguished by content.
    const words = type === 'message.edited' ? fingerprint([JSON.stringify(object)]) : undefined;
    const updatedAt = isAfter(message.updatedAt, message.sentAt) ? message.updatedAt : undefined;
    return changed(type, message, object, {
      id: webhookEventId(context.trigger, [message.id, at ?? words]),
      sentAt: at ?? updatedAt ?? context.now,
      sender: senderOf(actor, profiles),
      conversation: conversationFrom(actor, message, profiles),
    });
  };

const changedAt = (type: Change, { editedAt, deletedAt }: Content): number | undefined =>
  type === 'message.edited' ? editedAt : deletedAt;

const isAfter = (at: number | undefined, other: number | undefined): boolean => at !== undefined && at > (other ?? 0);

function changed(
  type: Change,
  content: Content,
  object: unknown,
  rest: Pick<MessageEvent, 'id' | 'sentAt' | 'sender' | 'conversation'>,
): Reading {
  const message = messageOf(content, object);
  return ready({ ...rest, type, message: type === 'message.edited' ? message : withoutText(message) });
}

/** A flat deletion may still contain the deleted text. */
const withoutText = ({ text: _text, object, ...message }: MessageEvent['message']): MessageEvent['message'] => ({
  ...message,
  object: object && { ...object, data: dataWithoutText(object.data) },
});

function dataWithoutText(data: unknown): unknown {
  if (typeof data !== 'object' || data === null) return data;
  const { text: _text, ...rest } = data as Record<string, unknown>;
  return rest;
}

/** The original message; use it only after a schema has checked the path to what is read. */
// biome-ignore lint/suspicious/noExplicitAny: the body is whatever was posted.
const rawMessage = (data: unknown): any => (data as { message: unknown }).message;
