import { LANES, type NotificationDetails, Uid } from '@fanfare/core';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { eventBodyValidator } from '../../why/event-body.ts';
import { EXPLAIN_DECISIONS, explain } from '../../why/explain.ts';
import { triedEvent, triedFields } from '../../why/kept-event.ts';
import { targetFields } from '../../why/targets.ts';

/** Described as an arbitrary JSON object. */
const Details = z.looseObject({}) as unknown as z.ZodType<NotificationDetails>;
const Body = z.strictObject({ ...triedFields, uid: Uid.describe('The user to check.') });
const Explanation = z.object({
  data: z.object({
    uid: z.string(),
    decision: z.enum(EXPLAIN_DECISIONS),
    reason: z.string().optional().describe('Reason code if nothing would be sent.'),
    detail: z.string().optional().describe('The value behind the reason.'),
    targets: z.array(z.object({ ...targetFields, providerId: z.string() })),
    payload: Details.optional().describe('`notificationDetails`, if it would be sent.'),
    lane: z.enum(LANES),
    deadline: z.object({
      leaveBy: z.number().describe('Not sent after this time, epoch ms.'),
      holdUntil: z.number().describe('Not shown after this time, epoch ms.'),
    }),
    sentence: z.string().describe('The same in one readable sentence.'),
  }),
});

/** The route that explains what would happen to an event for one user if it were posted now. */
export function explainRoutes(server: Server, deps: IngestDeps): void {
  server.post(
    '/v3/explain',
    {
      config: { access: 'manage', body: 'document', grows: false, audit: { not: 'changes nothing' } },
      schema: {
        summary: 'Explain whether an event would notify a user',
        description: 'A dry run: sends and changes nothing.',
        body: Body,
        response: { 200: Explanation.describe('The decision, with its reason, targets and payload.') },
      },
      validatorCompiler: eventBodyValidator as never,
    },
    async ({ appId, body }) => ({
      data: await explain(deps, appId, await triedEvent(deps, appId, body), body.uid),
    }),
  );
}
