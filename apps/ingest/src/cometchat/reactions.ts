import type { ReactionEvent } from '@fanfare/core';
import { z } from 'zod';
import { webhookEventId } from './event-id.ts';
import { conversationFrom, senderOf } from './participants.ts';
import { type Reader, reader } from './reader.ts';
import type { Context, Found, Translation } from './translation.ts';
import {
  ADDRESSING,
  type Addressing,
  Entity,
  type Profile,
  tolerant,
  WireId,
  WireTime,
  WireUid,
  WireUser,
} from './wire.ts';

const Reaction = z.object({
  id: WireId,
  messageId: WireId,
  reaction: z.string().min(1).max(100),
  uid: WireUid,
  reactedAt: WireTime,
  reactedBy: tolerant(WireUser),
});

/** Our extension: the message that was reacted to, as in `message_sent`. */
const Message = z.object({
  ...ADDRESSING,
  data: tolerant(z.object({ entities: tolerant(z.object({ sender: Entity, receiver: Entity })) })),
});

const Body = z.object({ reaction: Reaction, message: Message.optional() });
type Body = z.output<typeof Body>;

/** `message_reaction_added`, `_removed`: name neither author nor conversation (docs/rules/cometchat.md#reactions). */
export const readReaction = (type: 'reaction.added' | 'reaction.removed'): Reader =>
  reader(Body, (body, context) => ({
    ...(body.message ? {} : { needs: { kind: 'message' as const, messageId: body.reaction.messageId } }),
    complete: (found) => complete(type, body, context, found),
  }));

function complete(type: ReactionEvent['type'], body: Body, context: Context, found: Found): Translation {
  const { reaction, message } = body;
  const route = message ?? (found.message && routeOf(found.message));
  if (!route) return { events: [], reason: 'unknown_message' };
  const { uid, reactedBy } = reaction;
  const profiles: (Profile | undefined)[] = [
    reactedBy && { ...reactedBy, id: reactedBy.uid },
    message?.data?.entities?.sender,
    message?.data?.entities?.receiver,
  ];
  const event: ReactionEvent = {
    id: webhookEventId(context.trigger, [reaction.id]),
    type,
    sentAt: reaction.reactedAt ?? context.now,
    sender: senderOf(uid, profiles),
    conversation: conversationFrom(uid, route, profiles),
    reaction: {
      id: reaction.id,
      reaction: reaction.reaction,
      messageId: reaction.messageId,
      messageSender: route.sender,
    },
  };
  return { events: [event] };
}

const routeOf = ({ author, conversation }: NonNullable<Found['message']>): Addressing => ({
  sender: author,
  receiver: conversation.id,
  receiverType: conversation.type,
});
