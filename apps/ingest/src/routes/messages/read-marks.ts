import { FanfareError, conversationId as idOf } from '@fanfare/core';
import { findMessage } from '@fanfare/ledger';
import { clearUnread } from '@fanfare/store';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import { personOf } from '../../http/auth.ts';
import type { Server } from '../../http/fastify.ts';
import { MessageParams, OnBehalfOf } from '../../http/fields.ts';

const Answer = z.object({
  data: z.object({
    success: z.literal(true),
    unreadMessageCount: z.number().describe('Unread messages of the person that are left, in all conversations.'),
  }),
});

/** What a person has read, for the badge. */
export function readMarkRoutes(server: Server, deps: IngestDeps): void {
  server.post(
    '/v3/messages/:id/read',
    {
      config: { access: 'user', body: 'small' },
      schema: {
        summary: 'A message has been read',
        description: "Clears the badge of the message's conversation.",
        params: MessageParams,
        querystring: OnBehalfOf,
        response: { 200: Answer },
      },
    },
    async (request) => {
      const { appId, params } = request;
      const uid = personOf(request);
      const message = await findMessage(deps.queueRedis, appId, params.id);
      if (!message) throw new FanfareError('ERR_MESSAGE_NOT_FOUND', 'id: there is no such message, or it is too old');
      const conversationId = idOf(message.author, message.conversation);
      const eventKey = message.ref.key;
      const unreadMessageCount = await clearUnread(deps.registry, appId, uid, { conversationId, eventKey });
      return { data: { success: true as const, unreadMessageCount } };
    },
  );
}
