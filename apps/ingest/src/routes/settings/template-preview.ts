import { Event, Uid } from '@fanfare/core';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { eventBodyValidator } from '../../why/event-body.ts';
import { PREVIEW_PLATFORMS, preview } from '../../why/preview.ts';

const Body = z.strictObject({
  event: Event,
  uid: Uid.optional().describe('For whom; by default the receiver of a 1:1, in groups nobody in particular.'),
  platform: z.enum(PREVIEW_PLATFORMS).describe('A platform of devices, or `custom` for the webhook.'),
});
const Preview = z.object({
  data: z.object({
    title: z.string(),
    body: z.string(),
    payload: z
      .record(z.string(), z.unknown())
      .describe('The FCM message, the headers and body for APNs, or the body for the webhook.'),
  }),
});

/** How notifications look with the templates of now. */
export function templatePreviewRoutes(server: Server, deps: IngestDeps): void {
  server.post(
    '/v3/notifications/v1/templates/preview',
    {
      config: { access: 'manage', body: 'document' },
      schema: {
        summary: 'How an event looks on a platform',
        description:
          'Sends nothing and changes nothing. The push token is a placeholder; the credential the default one.',
        body: Body,
        response: { 200: Preview },
      },
      validatorCompiler: eventBodyValidator as never,
    },
    async ({ appId, body }) => ({ data: await preview(deps, appId, body) }),
  );
}
