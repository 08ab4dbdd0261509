import { Locale, SettingsPatch, Uid } from '@fanfare/core';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { eventBodyValidator } from '../../why/event-body.ts';
import { triedEvent, triedFields } from '../../why/kept-event.ts';
import { PREVIEW_PLATFORMS, preview } from '../../why/preview.ts';

const Body = z.strictObject({
  ...triedFields,
  uid: Uid.optional().describe('The recipient. Default: the receiver in a 1:1, an unspecified user in a group.'),
  platform: z.enum(PREVIEW_PLATFORMS).describe('A device platform, or `custom` for the webhook.'),
  templates: SettingsPatch.shape.templates.describe('Changes to try, as in `PATCH …/settings`; they are not stored.'),
  locale: Locale.optional().describe("Default: the recipient's language."),
  privacy: z.boolean().optional().describe('Whether the content is hidden. Default: as preferences say.'),
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

/** The route that previews notifications with the current templates. */
export function templatePreviewRoutes(server: Server, deps: IngestDeps): void {
  server.post(
    '/v3/notifications/v1/templates/preview',
    {
      config: { access: 'manage', body: 'document', grows: false, audit: { not: 'changes nothing' } },
      schema: {
        summary: 'Preview the notification of an event',
        description:
          'Sends and changes nothing. Uses the default credential and a placeholder for the push token. With ' +
          '`templates`, texts can be tried before they are stored.',
        body: Body,
        response: { 200: Preview.describe('The texts, and the payload for the provider.') },
      },
      validatorCompiler: eventBodyValidator as never,
    },
    async ({ appId, body: { eventId, ...body } }) => {
      const event = await triedEvent(deps, appId, { event: body.event, eventId });
      return { data: await preview(deps, appId, { ...body, event }) };
    },
  );
}
