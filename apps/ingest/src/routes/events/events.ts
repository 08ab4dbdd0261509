import { Event, EventId, FanfareError } from '@fanfare/core';
import { findEvent, readProgress } from '@fanfare/ledger';
import { z } from 'zod';
import { acceptEvents } from '../../accept/accept-events.ts';
import type { OverloadGuard } from '../../accept/overload.ts';
import type { IngestDeps } from '../../deps.ts';
import { bySchema } from '../../http/by-schema.ts';
import type { Server } from '../../http/fastify.ts';
import { header } from '../../http/header.ts';
import { Counts, EVENT_STATES } from './counts.ts';
import { MAX_BATCH, postedIn } from './posted-events.ts';

const Results = z.object({
  data: z.object({
    events: z.array(
      z.object({
        id: z.string(),
        status: z.enum(['accepted', 'duplicate', 'rejected']),
        error: z.object({ code: z.string(), message: z.string() }).optional(),
      }),
    ),
  }),
});
const Progress = z.object({ data: z.object({ id: z.string(), state: z.enum(EVENT_STATES), counts: Counts }) });

/** Routes for posting events and reading their delivery counts. */
export function eventRoutes(server: Server, deps: IngestDeps, guard: OverloadGuard): void {
  server.post(
    '/v3/events',
    {
      config: { access: 'publish', body: 'batch', grows: false, audit: { action: 'Publish events', by: 'actor' } },
      schema: {
        summary: 'Publish events',
        description: 'Takes one event or an array of up to 1,000. After a 202 the accepted events are stored durably.',
        body: z.union([Event, z.array(Event).min(1).max(MAX_BATCH)]),
        response: { 202: Results.describe('The result for each event, in the order posted.') },
      },
      serializerCompiler: bySchema,
      // Each event is validated separately: an invalid one must not reject the others, and a union names no field.
      validatorCompiler: () => (value) => ({ value }),
    },
    async (request, reply) => {
      const { appId } = request;
      const posted = postedIn(request.body as unknown as Buffer | null | undefined);
      const events = await acceptEvents(deps, appId, posted, { guard, parent: header(request, 'traceparent') });
      const [first, ...others] = events;
      if (others.length === 0 && first?.status !== 'rejected') request.concerns = { eventId: first?.id };
      reply.code(202);
      return { data: { events } };
    },
  );

  server.get(
    '/v3/events/:id',
    {
      config: { access: 'publish' },
      schema: {
        summary: 'Get delivery counts for an event',
        params: z.object({ id: EventId }),
        response: { 200: Progress.describe('The state of the event and its counts so far.') },
      },
      serializerCompiler: bySchema,
    },
    async (request) => {
      const { appId } = request;
      const { id } = request.params;
      const ref = await findEvent(deps.queueRedis, appId, id);
      const progress = ref && (await readProgress(deps.queueRedis, ref));
      if (!progress) throw new FanfareError('ERR_EVENT_NOT_FOUND', `id: there is no event "${id}"`);
      const { state, counts } = progress;
      return { data: { id, state, counts } };
    },
  );
}
