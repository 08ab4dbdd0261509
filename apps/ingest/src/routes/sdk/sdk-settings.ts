import { AppId } from '@fanfare/core';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import { appIdHeader } from '../../http/auth.ts';
import type { Server } from '../../http/fastify.ts';
import { badField } from '../../http/fields.ts';
import { requireApp, requireAppId } from '../../http/require-app.ts';
import { publicHost } from './host.ts';
import { SdkSettings, sdkSettings } from './settings.ts';

/** What CometChat's SDK asks for when it has not kept the settings of a login. They hold no secret. */
export function sdkSettingsRoutes(server: Server, deps: IngestDeps): void {
  server.get(
    '/v3/settings',
    {
      config: { access: 'anyone' },
      schema: {
        summary: 'What CometChat’s SDK configures itself with',
        description: 'Of the app in the `appId` header.',
        response: { 200: z.object({ data: SdkSettings }) },
      },
    },
    async (request) => {
      const appId = AppId.safeParse(appIdHeader(request));
      if (!appId.success) throw badField('appId', 'is not the id of an app');
      const { region } = await requireApp(deps, await requireAppId(deps, appId.data));
      const { config } = deps;
      const host = publicHost(config, request);
      return { data: sdkSettings({ host, region, extensionDomain: config.EXTENSION_DOMAIN }, deps.now()) };
    },
  );
}
