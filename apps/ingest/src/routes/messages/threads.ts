import { createUser, subscribeToThread, unsubscribeFromThread } from '@fanfare/store';
import type { IngestDeps } from '../../deps.ts';
import { personOf } from '../../http/auth.ts';
import type { Server } from '../../http/fastify.ts';
import { MessageParams, OnBehalfOf, SUCCESS, Success } from '../../http/fields.ts';

/** Threads a person follows, for those who want replies of subscribed threads only (docs/rules/decision.md#threads). */
export function threadRoutes(server: Server, deps: IngestDeps): void {
  const { registry } = deps;
  const path = '/v3/messages/:id/thread/subscription';
  const config = { access: 'user', body: 'small' } as const;
  const about = { params: MessageParams, querystring: OnBehalfOf, response: { 200: Success } };

  server.post(path, { config, schema: { summary: 'Follow the thread below a message', ...about } }, async (request) => {
    const { appId, params } = request;
    const uid = personOf(request);
    await createUser(registry, appId, uid, deps.now());
    await subscribeToThread(registry, appId, params.id, [uid], deps.now());
    return SUCCESS;
  });

  server.delete(
    path,
    {
      config,
      schema: {
        summary: 'Follow the thread no longer',
        description: 'Until the person replies, is mentioned in it or follows it again; also who wrote the message.',
        ...about,
      },
    },
    async (request) => {
      const { appId, params } = request;
      await unsubscribeFromThread(registry, appId, params.id, personOf(request), deps.now());
      return SUCCESS;
    },
  );
}
