import { DELIVERY_STATES, EventId, FanfareError, Uid } from '@fanfare/core';
import { findEvent, readEvent } from '@fanfare/ledger';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { targetFields } from '../../why/targets.ts';
import { TRACE_DECISIONS, traceOf } from '../../why/trace.ts';

const Attempt = z.object({
  at: z.number().optional().describe('When it ended, epoch ms; absent where the only attempt was taken at once.'),
  outcome: z.string(),
  reason: z.string().optional(),
  detail: z.string().optional().describe("The provider's own words."),
});
const Trace = z.object({
  data: z.object({
    eventId: z.string(),
    uid: z.string(),
    decision: z.enum(TRACE_DECISIONS),
    reason: z.string().optional().describe('Why nothing was sent, as a word.'),
    detail: z.string().optional().describe('What the reason rested on.'),
    targets: z.array(z.object({ ...targetFields, state: z.enum(DELIVERY_STATES), attempts: z.array(Attempt) })),
    sentence: z.string().describe('The same for people.'),
  }),
});

/** What became of an event for one person. It tells of mutes and blocks: for those who manage the app. */
export function traceRoutes(server: Server, deps: IngestDeps): void {
  server.get(
    '/v3/events/:id/recipients/:uid',
    {
      config: { access: 'manage' },
      schema: {
        summary: 'Why a person was notified of an event, or was not',
        params: z.object({ id: EventId, uid: Uid }),
        response: { 200: Trace },
      },
    },
    async ({ appId, params: { id, uid } }) => {
      const ref = await findEvent(deps.queueRedis, appId, id);
      const accepted = ref && (await readEvent(deps.queueRedis, ref));
      if (!accepted) throw new FanfareError('ERR_EVENT_NOT_FOUND', `id: there is no event "${id}"`);
      return { data: await traceOf(deps, ref, accepted, uid) };
    },
  );
}
