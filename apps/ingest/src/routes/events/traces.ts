import { DELIVERY_STATES, EventId, Uid } from '@fanfare/core';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { requireEvent } from '../../why/kept-event.ts';
import { targetFields } from '../../why/targets.ts';
import { TRACE_DECISIONS, traceOf } from '../../why/trace.ts';

const Attempt = z.object({
  at: z.number().optional().describe('When it ended, epoch ms; absent if the only attempt was accepted immediately.'),
  outcome: z.string(),
  reason: z.string().optional(),
  detail: z.string().optional().describe("The provider's error text."),
});
const Trace = z.object({
  data: z.object({
    eventId: z.string(),
    uid: z.string(),
    decision: z.enum(TRACE_DECISIONS),
    reason: z.string().optional().describe('Reason code if nothing was sent.'),
    detail: z.string().optional().describe('The value behind the reason.'),
    targets: z.array(
      z.object({
        ...targetFields,
        state: z.enum(DELIVERY_STATES),
        truncated: z
          .array(z.string())
          .optional()
          .describe('The parts of the payload that were too large, rendered again; absent if none.'),
        attempts: z.array(Attempt),
      }),
    ),
    sentence: z.string().describe('The same in one readable sentence.'),
  }),
});

/** The route that traces an event for one user. Requires `manage`, since it reveals mutes and blocks. */
export function traceRoutes(server: Server, deps: IngestDeps): void {
  server.get(
    '/v3/events/:id/recipients/:uid',
    {
      config: { access: 'manage' },
      schema: {
        summary: 'Get the trace of an event for one user',
        description: 'Says whether the user was notified, and why or why not.',
        params: z.object({ id: EventId, uid: Uid }),
        response: { 200: Trace.describe('The decision for the user, and each delivery with its attempts.') },
      },
    },
    async ({ appId, params: { id, uid } }) => {
      const { ref, accepted } = await requireEvent(deps, appId, id);
      return { data: await traceOf(deps, ref, accepted, uid) };
    },
  );
}
