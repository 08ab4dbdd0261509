import { LANES } from '@fanfare/core';
import { pauseLane, resumeLane } from '@fanfare/queue';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { SUCCESS, Success } from '../../http/fields.ts';

const Params = z.object({ lane: z.enum(LANES) });

/** Pause and resume of a lane, for all apps. */
export function laneRoutes(server: Server, deps: IngestDeps): void {
  server.post(
    '/v3/system/lanes/:lane/pause',
    {
      config: { access: 'admin', body: 'small', audit: { action: 'Pause lane' } },
      schema: {
        summary: 'Pause a lane',
        description:
          'For all apps: no worker takes events or deliveries of the lane until it is resumed. What is in hand is ' +
          'finished, and deadlines run on. Events are accepted up to the limit of each app, then refused with 429. ' +
          'While `call` is paused, no phone rings.',
        params: Params,
        response: { 200: Success.describe('The lane is paused; it may have been before.') },
      },
    },
    async ({ params: { lane } }) => {
      const { queueRedis, shards, now, log } = deps;
      await pauseLane(queueRedis, { lane, shards: shards.all }, now());
      log.warn({ lane }, 'lane.paused');
      return SUCCESS;
    },
  );

  server.post(
    '/v3/system/lanes/:lane/resume',
    {
      config: { access: 'admin', body: 'small', audit: { action: 'Resume lane' } },
      schema: {
        summary: 'Resume a lane',
        description: 'Workers go on at once; what has become too late meanwhile expires.',
        params: Params,
        response: { 200: Success.describe('The lane runs; it may not have been paused.') },
      },
    },
    async ({ params: { lane } }) => {
      const { queueRedis, shards, log } = deps;
      await resumeLane(queueRedis, { lane, shards: shards.all });
      log.warn({ lane }, 'lane.resumed');
      return SUCCESS;
    },
  );
}
