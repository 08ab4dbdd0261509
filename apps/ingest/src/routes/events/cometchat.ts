import { type Event, FanfareError, publicAppId } from '@fanfare/core';
import { findCall, findLastCall, findMessage } from '@fanfare/ledger';
import { deleteGroup, recordModeration, recordPresence } from '@fanfare/store';
import { z } from 'zod';
import { acceptEvents, offer } from '../../accept/accept-events.ts';
import type { OverloadGuard } from '../../accept/overload.ts';
import {
  type Found,
  type Lookup,
  readCometChat,
  type StateChange,
  TRANSLATION_NOTES,
  toEvents,
} from '../../cometchat/index.ts';
import { withDedupSuffix } from '../../cometchat/webhook-dedup.ts';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';

/** CometChat's envelope (docs/rules/cometchat.md#webhooks); what is in `data` depends on the trigger. */
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
      .enum(TRANSLATION_NOTES)
      .optional()
      .describe(
        'Why it became no event: it changes nothing here, what it is about is not known, or an admin who removes a ' +
          'member is named as that member.',
      ),
  }),
});

/** CometChat's webhooks, as they come. */
export function cometChatRoutes(server: Server, deps: IngestDeps, guard: OverloadGuard): void {
  server.post(
    '/v3/webhooks/cometchat',
    {
      config: { access: 'publish', body: 'document', basicAuth: true },
      schema: {
        summary: 'Take a webhook of CometChat',
        description:
          'A webhook of CometChat, whatever its trigger. The API key comes in the `apikey` header or as the password of ' +
          'Basic authentication. When this answers 200, what it says is stored for good; the same again is a duplicate, ' +
          'of what has no id of its own (group actions, blocks) for a minute or until it was undone.',
        body: Body,
        response: { 200: Answer },
      },
    },
    async ({ appId, body }) => {
      const parsed = readCometChat(body, deps.now());
      if (!parsed.ok) throw parsed.error;
      const { read } = parsed;
      if (read.appId !== undefined && read.appId !== publicAppId(appId)) {
        throw new FanfareError('AUTH_ERR_NO_ACCESS', 'appId: the key is of another app');
      }
      const { events, reason, state } = toEvents(read, await lookUp(deps, appId, read.needs));
      const answer = { trigger: read.trigger, ...(reason ? { reason } : {}) };
      if (read.trigger.startsWith('moderation_engine_')) await recordModeration(deps.registry, appId);
      if (events.length === 0 && !state) return { data: { ...answer, events: [] } };
      await guard.check();
      if (state) await changeState(deps, appId, state);
      const told = await Promise.all(events.map((event) => withDedupSuffix(deps, appId, event)));
      return { data: { ...answer, events: await acceptEvents(deps, appId, told.map(offered)) } };
    },
  );
}

/** Already an event of ours; checked once more, as all that is accepted. */
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
