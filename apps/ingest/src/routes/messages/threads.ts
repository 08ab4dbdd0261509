import { subscribeToThread, unsubscribeFromThread } from '@fanfare/store';
import { admitUsers } from '../../accept/quotas.ts';
import type { IngestDeps } from '../../deps.ts';
import { userOf } from '../../http/auth.ts';
import { bySchema } from '../../http/by-schema.ts';
import type { Server } from '../../http/fastify.ts';
import { MessageParams, OnBehalfOf, SUCCESS, Success } from '../../http/fields.ts';

/** Routes for following threads; some users want replies in followed threads only (docs/rules/decision.md#threads). */
export function threadRoutes(server: Server, deps: IngestDeps): void {
  const { registry } = deps;
  const path = '/v3/messages/:id/thread/subscription';
  const config = { access: 'user', body: 'small' } as const;
  const about = { params: MessageParams, querystring: OnBehalfOf };

  server.post(
    path,
    {
      config: { ...config, audit: { action: 'Follow thread', by: 'admin' } },
      schema: {
        summary: 'Follow the thread of a message',
        ...about,
        response: { 200: Success.describe('The user follows the thread.') },
      },
      serializerCompiler: bySchema,
    },
    async (request) => {
      const { appId, params } = request;
      const uid = userOf(request);
      await admitUsers(deps, appId, [uid]);
      await subscribeToThread(registry, appId, params.id, [uid], deps.now());
      return SUCCESS;
    },
  );

  server.delete(
    path,
    {
      config: { ...config, audit: { action: 'Unfollow thread', by: 'admin' } },
      schema: {
        summary: 'Unfollow the thread of a message',
        description: 'Lasts until the user replies, is mentioned or follows it again. The author may unfollow it too.',
        ...about,
        response: { 200: Success.describe('The user no longer follows the thread.') },
      },
      serializerCompiler: bySchema,
    },
    async (request) => {
      const { appId, params } = request;
      await unsubscribeFromThread(registry, appId, params.id, userOf(request), deps.now());
      return SUCCESS;
    },
  );
}
