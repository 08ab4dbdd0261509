import { DELIVERY_STATES, LANES, PLATFORMS, PROVIDER_KINDS } from '@fanfare/core';
import { finestSince, LATENCY_BUCKETS_S, readOutcomes, readStats, STATS_STEP_MS, STATS_STEPS } from '@fanfare/ledger';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { badField, PageLimit } from '../../http/fields.ts';
import { Moment, several } from '../../http/filters.ts';
import { percentilesOf, STATS_DIMENSIONS, viewOf } from '../../system/stats-view.ts';

const HOUR_MS = 3_600_000;
const count = z.number().int();
const byLane = <T extends z.ZodType>(value: T) => z.object({ call: value, chat: value, bulk: value });
const ofLanes = <T extends z.ZodType>(value: T) =>
  z.object({ call: value.optional(), chat: value.optional(), bulk: value.optional() });

const Query = z.strictObject({
  from: Moment.describe('Epoch ms; default: an hour ago.'),
  to: Moment.describe('Epoch ms; default: now.'),
  step: z
    .enum(STATS_STEPS)
    .optional()
    .describe('Minutes are kept for 3 hours, 5 minutes for 48 hours, hours for 30 days. Default: the finest there is.'),
  by: several(z.enum(STATS_DIMENSIONS)).describe('How settled deliveries are told apart; default `outcome`.'),
});
const fields = {
  events: byLane(count).describe('Events accepted, by lane.'),
  settled: z
    .array(
      z.object({
        provider: z.enum(PROVIDER_KINDS).optional(),
        lane: z.enum(LANES).optional(),
        outcome: z.enum(DELIVERY_STATES).optional(),
        count,
      }),
    )
    .describe('Settled deliveries.'),
  suppressed: z.record(z.string(), count).describe('Recipients not notified, by reason.'),
  latency: ofLanes(z.array(count)).describe(
    'Accepted deliveries by the time since the receipt of their event: a count per bucket.',
  ),
};
const percentiles = z.object({ p50: z.number(), p95: z.number(), p99: z.number() });
const Answer = z.object({
  data: z.object({
    from: z.number(),
    to: z.number(),
    step: z.enum(STATS_STEPS),
    bucketsS: z.array(z.number()).describe('Upper bounds of the latency buckets, seconds; the last bucket has none.'),
    total: z.object({
      ...fields,
      percentiles: ofLanes(percentiles).describe('Seconds within which this share was accepted, estimated.'),
    }),
    points: z
      .array(z.object({ at: z.number().describe('When the step begins, epoch ms.'), ...fields }))
      .describe('Steps in which anything was counted.'),
  }),
});

const OutcomesQuery = z.strictObject({
  cursor: z
    .string()
    .regex(/^\d{1,15}-\d{1,15}$/, 'is invalid')
    .optional()
    .describe('The `meta.cursor` of the previous answer: what came after. Absent: the latest.'),
  limit: PageLimit,
});
const Outcomes = z.object({
  data: z.array(
    z.object({
      at: z.number().describe('Epoch ms.'),
      eventId: z.string(),
      type: z.string(),
      uid: z.string(),
      provider: z.enum(PROVIDER_KINDS),
      platform: z.enum(Object.keys(PLATFORMS) as [keyof typeof PLATFORMS]).optional(),
      outcome: z.string(),
      reason: z.string().optional(),
      settled: z.enum(DELIVERY_STATES).optional().describe('Absent if it will be tried again.'),
      attempt: count.describe('From 1.'),
      durationMs: z.number(),
      ageMs: z.number().describe('Time since the event was received.'),
    }),
  ),
  meta: z.object({ cursor: z.string().optional().describe('For the next request; absent if there is none yet.') }),
});

/** Routes for an app's statistics and its latest outcomes. */
export function statsRoutes(server: Server, deps: IngestDeps): void {
  server.get(
    '/v3/stats',
    {
      config: { access: 'manage' },
      schema: {
        summary: 'Get statistics of the app',
        description: 'For pictures: up to 5 seconds old, and a process that is killed loses as much.',
        querystring: Query,
        response: { 200: Answer.describe('What was counted, in steps and in all.') },
      },
    },
    async ({ appId, query }) => {
      const now = deps.now();
      const to = Math.min(query.to ?? now, now);
      const { from = to - HOUR_MS, by = ['outcome' as const] } = query;
      if (from >= to) throw badField('from', 'must be before to');
      const step = query.step ?? finestSince(from, now);
      const stepMs = STATS_STEP_MS[step];
      const range = { from: from - (from % stepMs), to };
      const points = await readStats(deps.queueRedis, appId, step, range);
      const total = viewOf(points, by);
      return {
        data: {
          ...range,
          step,
          bucketsS: [...LATENCY_BUCKETS_S],
          total: { ...total, percentiles: percentilesOf(total.latency) },
          points: points.map((point) => ({ at: point.at, ...viewOf([point], by) })),
        },
      };
    },
  );

  server.get(
    '/v3/outcomes',
    {
      config: { access: 'manage' },
      schema: {
        summary: 'List the latest outcomes',
        description:
          'A live tail to be polled: the latest attempts of the app, about 500 of the last hour. Of many in one ' +
          'second some are shown, failures first. Contains no text.',
        querystring: OutcomesQuery,
        response: { 200: Outcomes.describe('Outcomes, oldest first.') },
      },
    },
    async ({ appId, query: { cursor, limit } }) => {
      const listed = await readOutcomes(deps.queueRedis, appId, { after: cursor, limit });
      const last = listed.at(-1)?.cursor ?? cursor;
      return {
        data: listed.map(({ cursor: _, ...outcome }) => outcome),
        meta: last === undefined ? {} : { cursor: last },
      };
    },
  );
}
