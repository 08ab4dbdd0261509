import { AppId, FanfareError } from '@fanfare/core';
import { API_KEY_SCOPES, createApiKey, listApiKeys, revokeApiKey } from '@fanfare/store';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { SUCCESS, Success, seconds } from '../../http/fields.ts';
import { keyByTime, pageFrom, pageOf, StrictPageQuery } from '../../http/pages.ts';
import { requireApp, requireAppId } from '../../http/require-app.ts';

const Scopes = z
  .array(z.enum(API_KEY_SCOPES, { error: `must be any of: ${API_KEY_SCOPES.join(', ')}` }))
  .min(1)
  .default([...API_KEY_SCOPES]);
const CreateKey = z.strictObject({ name: z.string().min(1).max(255).default('default'), scopes: Scopes });
const KeyView = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(API_KEY_SCOPES)),
  prefix: z.string().describe('The first characters of the key.'),
  createdAt: z.number().describe('Epoch seconds.'),
  lastUsedAt: z.number().optional().describe('Epoch seconds, to the minute; absent if it has not been used.'),
});
const NewKey = KeyView.extend({ apiKey: z.string().describe('The key itself; shown only once.') });
const Params = z.object({ appId: AppId });

/** Routes for an app's API keys, for the operator. */
export function apiKeyRoutes(server: Server, deps: IngestDeps): void {
  const { registry } = deps;

  server.post(
    '/v3/apps/:appId/apikeys',
    {
      config: { access: 'admin', body: 'small', audit: { action: 'Create API key' } },
      schema: {
        summary: 'Create an API key',
        description: 'The response is the only place where the key itself is shown.',
        params: Params,
        body: CreateKey,
        response: {
          201: z
            .object({ data: NewKey })
            .describe('The new key, including its secret.')
            .describe('The new key, including its secret.'),
        },
      },
    },
    async (request, reply) => {
      const { params, body } = request;
      const { appId } = await requireApp(deps, await requireAppId(deps, params.appId));
      const key = await createApiKey(registry, appId, { ...body, now: deps.now() });
      request.concerns = { keyId: key.id };
      return reply.code(201).send({ data: { ...key, createdAt: seconds(key.createdAt) } });
    },
  );

  server.get(
    '/v3/apps/:appId/apikeys',
    {
      config: { access: 'admin' },
      schema: {
        summary: "List an app's API keys, oldest first",
        params: Params,
        querystring: StrictPageQuery,
        response: {
          200: pageOf(KeyView)
            .describe('A page of keys, without their secrets.')
            .describe('A page of keys, without their secrets.'),
        },
      },
    },
    async ({ params, query }) => {
      const { appId } = await requireApp(deps, await requireAppId(deps, params.appId));
      const keys = await listApiKeys(registry, appId);
      const { items, meta } = pageFrom(keys, (key) => keyByTime(key.createdAt, key.id), query);
      const data = items.map(({ lastUsedAt, ...key }) => ({
        ...key,
        createdAt: seconds(key.createdAt),
        ...(lastUsedAt === undefined ? {} : { lastUsedAt: seconds(lastUsedAt) }),
      }));
      return { data, meta };
    },
  );

  server.delete(
    '/v3/apps/:appId/apikeys/:keyId',
    {
      config: { access: 'admin', body: 'small', audit: { action: 'Revoke API key' } },
      schema: {
        summary: 'Revoke an API key',
        description: 'Takes effect immediately. `keyId` is the `id` in the list.',
        params: Params.extend({ keyId: z.string() }),
        response: { 200: Success.describe('The key has been revoked.') },
      },
    },
    async ({ params }) => {
      if (!(await revokeApiKey(registry, await requireAppId(deps, params.appId), params.keyId))) {
        throw new FanfareError('ERR_APIKEY_NOT_FOUND', 'keyId: the app has no such key');
      }
      return SUCCESS;
    },
  );
}
