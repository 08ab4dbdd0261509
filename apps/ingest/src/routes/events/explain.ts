import { Event, LANES, type NotificationDetails, Uid } from '@fanfare/core';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { DRY_DECISIONS, dryRun } from '../../why/dry-run.ts';
import { eventBodyValidator } from '../../why/event-body.ts';
import { targetFields } from '../../why/targets.ts';

/** Any JSON object to the description. */
const Details = z.looseObject({}) as unknown as z.ZodType<NotificationDetails>;
const Body = z.strictObject({ event: Event, uid: Uid.describe('The person in question.') });
const Explanation = z.object({
  data: z.object({
    uid: z.string(),
    decision: z.enum(DRY_DECISIONS),
    reason: z.string().optional().describe('Why nothing would be sent, as a word.'),
    detail: z.string().optional().describe('What the reason rests on.'),
    targets: z.array(z.object({ ...targetFields, providerId: z.string() })),
    payload: Details.optional().describe('`notificationDetails`, when it would be sent.'),
    lane: z.enum(LANES),
    deadline: z.object({
      leaveBy: z.number().describe('Not sent after this, epoch ms.'),
      holdUntil: z.number().describe('Not shown after this, epoch ms.'),
    }),
    sentence: z.string().describe('The same for people.'),
  }),
});

/** What would happen to an event for one person, were it posted now. */
export function explainRoutes(server: Server, deps: IngestDeps): void {
  server.post(
    '/v3/explain',
    {
      config: { access: 'manage', body: 'document' },
      schema: {
        summary: 'What an event would do for a person, and why',
        description: 'A dry run: sends nothing and changes nothing.',
        body: Body,
        response: { 200: Explanation },
      },
      validatorCompiler: eventBodyValidator as never,
    },
    async ({ appId, body }) => ({ data: await dryRun(deps, appId, body.event, body.uid) }),
  );
}
