import { conversationKeyOf, FanfareError } from '@fanfare/core';
import { findMessage } from '@fanfare/ledger';
import { clearUnread } from '@fanfare/store';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import { userOf } from '../../http/auth.ts';
import { bySchema } from '../../http/by-schema.ts';
import type { Server } from '../../http/fastify.ts';
import { MessageParams, OnBehalfOf } from '../../http/fields.ts';

const Answer = z.object({
  data: z.object({
    success: z.literal(true),
    unreadMessageCount: z.number().describe("The user's remaining unread messages in all conversations."),
  }),
});

/** The route that marks messages as read, which clears them from the badge. */
export function readMarkRoutes(server: Server, deps: IngestDeps): void {
  server.post(
    '/v3/messages/:id/read',
    {
      config: { access: 'user', body: 'small', grows: false, audit: { action: 'Mark as read', by: 'admin' } },
      schema: {
        summary: 'Mark a message as read',
        description: "Clears the unread count of the message's conversation.",
        params: MessageParams,
        querystring: OnBehalfOf,
        response: { 200: Answer.describe('The unread count after the change.') },
      },
      serializerCompiler: bySchema,
    },
    async (request) => {
      const { appId, params } = request;
      const uid = userOf(request);
      const message = await findMessage(deps.queueRedis, appId, params.id);
      if (!message) throw new FanfareError('ERR_MESSAGE_NOT_FOUND', 'id: the message is unknown or too old');
      const conversationId = conversationKeyOf(message.author, message.conversation);
      const eventKey = message.ref.key;
      const unreadMessageCount = await clearUnread(deps.registry, appId, uid, { conversationId, eventKey });
      return { data: { success: true as const, unreadMessageCount } };
    },
  );
}
