import { AppId } from '@fanfare/core';
import { z } from 'zod';
import { appIdHeader } from '../auth.ts';
import type { IngestDeps } from '../deps.ts';
import { badField } from '../fields.ts';
import { publicHost } from '../sdk/host.ts';
import { SdkSettings, sdkSettings } from '../sdk/settings.ts';
import type { Server } from '../server.ts';
import { existing } from './apps.ts';

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
      const { region } = await existing(deps, appId.data);
      const { config } = deps;
      const host = publicHost(config, request);
      return { data: sdkSettings({ host, region, extensionDomain: config.EXTENSION_DOMAIN }, deps.now()) };
    },
  );
}
