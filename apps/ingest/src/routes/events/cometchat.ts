import { type Event, FanfareError, isCall, publicAppId } from '@fanfare/core';
import { findCall, findLastCall, findMessage } from '@fanfare/ledger';
import { deleteGroup, recordModeration, recordPresence } from '@fanfare/store';
import { z } from 'zod';
import { acceptEvents } from '../../accept/accept-events.ts';
import { alreadyParsed, offer } from '../../accept/offer.ts';
import type { OverloadGuard } from '../../accept/overload.ts';
import {
  type Found,
  type Lookup,
  readCometChat,
  type StateChange,
  TRANSLATION_REASONS,
  toEvents,
} from '../../cometchat/index.ts';
import { withDedupSuffix } from '../../cometchat/webhook-dedup.ts';
import type { IngestDeps } from '../../deps.ts';
import { bySchema } from '../../http/by-schema.ts';
import type { Server } from '../../http/fastify.ts';

/** CometChat's envelope (docs/rules/cometchat.md#webhooks); the contents of `data` depend on the trigger. */
const Body = z.looseObject({
  trigger: z.string(),
  appId: z.union([z.string(), z.number()]).optional(),
  data: z.looseObject({}).optional(),
});
const Answer = z.object({
  data: z.object({
    trigger: z.string(),
    events: z.array(z.object({ id: z.string(), status: z.enum(['accepted', 'duplicate', 'rejected']) })),
    reason: z
      .enum(TRANSLATION_REASONS)
      .optional()
      .describe(
        'Why no event was created: the webhook has no effect here, its message or call is unknown, or it names the ' +
          'admin who removed a member as that member.',
      ),
  }),
});

/** The route for CometChat's webhooks. */
export function cometChatRoutes(server: Server, deps: IngestDeps, guard: OverloadGuard): void {
  server.post(
    '/v3/webhooks/cometchat',
    {
      config: {
        access: 'publish',
        body: 'document',
        basicAuth: true,
        grows: false,
        audit: { not: 'CometChat calls it, for every message' },
      },
      schema: {
        summary: 'Receive a CometChat webhook',
        description:
          'Accepts webhooks with any trigger. Send the API key in the `apikey` header or as the password of Basic ' +
          'authentication. After a 200 the events are stored durably. A repeated webhook is a duplicate. ' +
          'One without an id (group actions, blocks) counts as repeated only within a minute, and not ' +
          'if its action was undone in between.',
        body: Body,
        response: { 200: Answer.describe('The events the webhook became, or the reason there are none.') },
      },
      serializerCompiler: bySchema,
      // The reader validates the envelope too, with each trigger's own part.
      validatorCompiler: () => (value) => ({ value }),
    },
    async ({ appId, body }) => {
      const webhook = readCometChat(body, deps.now());
      if (!webhook.ok) throw webhook.error;
      const { read } = webhook;
      if (read.appId !== undefined && read.appId !== publicAppId(appId)) {
        throw new FanfareError('AUTH_ERR_NO_ACCESS', 'appId: the key belongs to another app');
      }
      const { events, reason, state } = toEvents(read, await lookUp(deps, appId, read.needs));
      const answer = { trigger: read.trigger, ...(reason ? { reason } : {}) };
      if (read.trigger.startsWith('moderation_engine_')) await recordModeration(deps.registry, appId);
      if (events.length === 0 && !state) return { data: { ...answer, events: [] } };
      await guard.check(events.some(isCall) ? 'calls' : 'events');
      if (state) await changeState(deps, appId, state);
      const distinct = await Promise.all(events.map((event) => withDedupSuffix(deps, appId, event)));
      return { data: { ...answer, events: await acceptEvents(deps, appId, alreadyParsed(distinct.map(offered))) } };
    },
  );
}

/** Validates the translated event again, like every posted one. */
const offered = (event: Event) => offer(event);

function changeState({ registry, now }: IngestDeps, appId: string, state: StateChange): Promise<unknown> {
  switch (state.kind) {
    case 'presence':
      return recordPresence(registry, appId, state.uid, state, now());
    case 'group_deleted':
      return deleteGroup(registry, appId, state.guid);
  }
}

async function lookUp({ queueRedis }: IngestDeps, appId: string, needs: Lookup | undefined): Promise<Found> {
  if (!needs) return {};
  switch (needs.kind) {
    case 'message':
      return { message: await findMessage(queueRedis, appId, needs.messageId) };
    case 'session':
      return { call: await findCall(queueRedis, appId, needs.sessionId) };
    case 'last_call':
      return { call: await findLastCall(queueRedis, appId, needs.conversationId) };
  }
}
