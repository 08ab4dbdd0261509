import { FanfareError } from '@fanfare/core';
import { confirmDeadTokens, kindsOfProvider, type PushKind, restoreDevices } from '@fanfare/store';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { SUCCESS, Success } from '../../http/fields.ts';
import { CREDENTIAL, ProviderId } from './provider-id.ts';

const Params = z.object({ providerId: ProviderId });
const Restored = z.object({
  data: z.object({
    restored: z.number(),
    left: z.number().describe('Still in quarantine; if it is not 0, call again.'),
  }),
});

/** Routes with which an operator decides about tokens that were reported dead (docs/providers.md#dead-tokens). */
export function deadTokenRoutes(server: Server, { registry, now }: IngestDeps, kind: PushKind): void {
  const path = `/v3/notifications/push/v1/providers/${kind}/:providerId`;
  const name = CREDENTIAL[kind];
  const config = { access: 'manage', body: 'small' } as const;

  const credentialOf = async (appId: string, id: string) => {
    if ((await kindsOfProvider(registry, appId, id)).includes(kind)) return { appId, kind, id };
    throw new FanfareError('ERR_PROVIDER_NOT_FOUND', `providerId: there is no ${kind} provider "${id}"`);
  };

  server.post(
    `${path}/restore-tokens`,
    {
      config: { ...config, audit: { action: `Restore tokens of ${name}` } },
      schema: {
        summary: 'Restore the push tokens in quarantine',
        description: 'For instance after a wrong key: at most 10,000 in one call, those set aside last first.',
        params: Params,
        response: { 200: Restored.describe('The tokens are used again.') },
      },
    },
    async ({ appId, params }) => ({
      data: await restoreDevices(registry, await credentialOf(appId, params.providerId), now()),
    }),
  );

  server.post(
    `${path}/confirm-dead-tokens`,
    {
      config: { ...config, audit: { action: `Confirm dead tokens of ${name}` } },
      schema: {
        summary: 'Confirm that tokens are dead',
        description: 'For an hour, push tokens reported dead are set aside although most are.',
        params: Params,
        response: { 200: Success.describe('The guard is off.') },
      },
    },
    async ({ appId, params }) => {
      await confirmDeadTokens(registry, await credentialOf(appId, params.providerId));
      return SUCCESS;
    },
  );
}
