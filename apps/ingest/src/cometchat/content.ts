import { MAX_RECIPIENTS, type MessageEvent, MessageObject, Metadata, MODERATION_STATUSES, Uid } from '@fanfare/core';
import { z } from 'zod';
import { Entity, MaybeId, maybeText, tolerant, WireId, WireTime, WireUid } from './wire.ts';

/** The maximum length of a text in CometChat (docs/rules/cometchat.md#limits) and here. */
const MAX_TEXT = 65_536;

/** A quoted message; its author is a uid, a user object, or the sender among the entities. */
const QuotedMessage = z.object({
  id: MaybeId,
  sender: tolerant(z.union([WireUid, z.object({ uid: WireUid }).transform(({ uid }) => uid)])),
  data: tolerant(z.object({ entities: tolerant(z.object({ sender: Entity })) })),
});

/** Found in the content, as in CometChat, or beside the message. */
export const Moderation = tolerant(
  z
    .union([z.object({ status: z.string() }), z.string().transform((status) => ({ status }))])
    .transform(({ status }) => status.toLowerCase())
    .pipe(z.enum(MODERATION_STATUSES)),
);

/** The content of a message (docs/rules/cometchat.md#message), new, edited or deleted. */
export const Content = z.object({
  id: WireId,
  category: z.unknown().optional(),
  type: maybeText(100),
  parentId: MaybeId,
  parentMessageId: MaybeId,
  quotedMessageId: MaybeId,
  quotedMessage: tolerant(QuotedMessage),
  moderation: Moderation,
  editedAt: WireTime,
  deletedAt: WireTime,
  data: tolerant(
    z.object({
      text: maybeText(MAX_TEXT),
      metadata: tolerant(Metadata),
      mentions: tolerant(z.record(z.string(), z.unknown())),
      sendNotification: tolerant(z.boolean()),
      moderation: Moderation,
      entities: tolerant(z.object({ sender: Entity, receiver: Entity })),
    }),
  ),
});
export type Content = z.output<typeof Content>;

/** The message of our event. `object` is CometChat's own, left out if it is too large or too deeply nested. */
export function messageOf(content: Content, object: unknown): MessageEvent['message'] {
  const { data, quotedMessage } = content;
  return {
    id: content.id,
    category: categoryOf(content.category),
    type: content.type ?? 'text',
    text: data?.text,
    parentId: content.parentId ?? content.parentMessageId,
    quotedMessageId: content.quotedMessageId ?? quotedMessage?.id,
    quotedSender: quotedMessage?.sender ?? quotedMessage?.data?.entities?.sender?.id,
    mentions: namedIn(data?.mentions),
    sendNotification: data?.sendNotification,
    moderation: content.moderation ?? data?.moderation,
    metadata: data?.metadata,
    object: MessageObject.safeParse(object).data,
  };
}

/** An agent's message ("agentic") notifies like a user's (docs/rules/decision.md#notifying-events). */
const categoryOf = (category: unknown): MessageEvent['message']['category'] =>
  category === 'custom' || category === 'interactive' ? category : 'message';

/** The keys of the map. Mention tokens in the text are not copied, since they are read from there. */
function namedIn(mentions: Record<string, unknown> | undefined): string[] | undefined {
  const uids = Object.keys(mentions ?? {}).filter((uid) => Uid.safeParse(uid).success);
  return uids.length > 0 ? uids.slice(0, MAX_RECIPIENTS) : undefined;
}
