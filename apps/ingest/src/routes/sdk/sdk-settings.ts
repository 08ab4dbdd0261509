import { AppId } from '@fanfare/core';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import { appIdHeader } from '../../http/auth.ts';
import type { Server } from '../../http/fastify.ts';
import { badField } from '../../http/fields.ts';
import { requireApp, requireAppId } from '../../http/require-app.ts';
import { publicHost } from './host.ts';
import { SdkSettings, sdkSettings } from './settings.ts';

/** The route CometChat's SDK calls when it has no cached settings. They contain no secrets. */
export function sdkSettingsRoutes(server: Server, deps: IngestDeps): void {
  server.get(
    '/v3/settings',
    {
      config: { access: 'anyone' },
      schema: {
        summary: 'Get the settings of CometChat’s SDK',
        description: 'Returns those of the app in the `appId` header.',
        response: { 200: z.object({ data: SdkSettings }).describe('The settings.').describe('The settings.') },
      },
    },
    async (request) => {
      const appId = AppId.safeParse(appIdHeader(request));
      if (!appId.success) throw badField('appId', 'is not a valid app id');
      const { region } = await requireApp(deps, await requireAppId(deps, appId.data));
      const { config } = deps;
      const host = publicHost(config, request);
      return { data: sdkSettings({ host, region, extensionDomain: config.EXTENSION_DOMAIN }, deps.now()) };
    },
  );
}
