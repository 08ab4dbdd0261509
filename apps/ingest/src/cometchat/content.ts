import { MAX_RECIPIENTS, type MessageEvent, MessageObject, Metadata, MODERATION_STATUSES, Uid } from '@fanfare/core';
import { z } from 'zod';
import { Entity, MaybeId, maybeText, tolerant, WireId, WireTime, WireUid } from './wire.ts';

/** CometChat's limit of a text (docs/rules/cometchat.md#limits), and ours. */
const MAX_TEXT = 65_536;

/** Who wrote a quoted message: a uid, a person, or the sender among the entities. */
const QuotedMessage = z.object({
  id: MaybeId,
  sender: tolerant(z.union([WireUid, z.object({ uid: WireUid }).transform(({ uid }) => uid)])),
  data: tolerant(z.object({ entities: tolerant(z.object({ sender: Entity })) })),
});

/** Beside the content, where CometChat has it, or beside the message. */
export const Moderation = tolerant(
  z
    .union([z.object({ status: z.string() }), z.string().transform((status) => ({ status }))])
    .transform(({ status }) => status.toLowerCase())
    .pipe(z.enum(MODERATION_STATUSES)),
);

/** What a message says (docs/rules/cometchat.md#message), be it new or the one an edit or a delete is about. */
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

/** The message of our event; `object` is CometChat's own as it came, left out where it is larger or deeper than we take. */
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

/** An agent's message ("agentic") notifies as a person's does (docs/rules/decision.md#notifying-events). */
const categoryOf = (category: unknown): MessageEvent['message']['category'] =>
  category === 'custom' || category === 'interactive' ? category : 'message';

/** The keys of the map. The tokens in the text need no copying: whoever asks for mentions reads them there. */
function namedIn(mentions: Record<string, unknown> | undefined): string[] | undefined {
  const uids = Object.keys(mentions ?? {}).filter((uid) => Uid.safeParse(uid).success);
  return uids.length > 0 ? uids.slice(0, MAX_RECIPIENTS) : undefined;
}
