import { publicAppId } from '@fanfare/core';
import { readEvent } from '@fanfare/ledger';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ConsoleDeps } from '../deps.ts';
import { Problem } from '../problem.ts';

/** The key of an event with which the ids of its jobs begin. */
const KEY = /^e[0-9a-z]+/;

const Params = z.object({ shard: z.coerce.number().int().nonnegative(), id: z.string().regex(KEY) });

/** Where a job leads to the page of its event. */
export const jobUrl = (shard: number, id: string): string => `/jobs/${shard}/${encodeURIComponent(id)}`;

/** The route that leads from a job in a queue to the page of its event: jobs have our internal keys only. */
export function jobEventRoutes(server: FastifyInstance, { queueRedis }: ConsoleDeps): void {
  server.get('/jobs/:shard/:id', async (request, reply) => {
    const params = Params.safeParse(request.params);
    const [key] = (params.success && KEY.exec(params.data.id)) || [];
    const event =
      params.success && key !== undefined && (await readEvent(queueRedis, { key, shard: params.data.shard }));
    if (!event) throw new Problem(404, 'ERR_EVENT_NOT_FOUND', 'the event of this job is no longer kept');
    const path = [publicAppId(event.appId), 'events', event.event.id].map(encodeURIComponent);
    return reply.redirect(`/a/${path.join('/')}`, 303);
  });
}
