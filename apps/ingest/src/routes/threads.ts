import { subscribeToThread, unsubscribeFromThread } from '@fanfare/store';
import { personOf } from '../auth.ts';
import type { IngestDeps } from '../deps.ts';
import { MessageParams, OnBehalfOf, SUCCESS, Success } from '../fields.ts';
import type { Server } from '../server.ts';

/** Threads a person follows, for those who want replies of subscribed threads only (PARITY 2.6). */
export function threadRoutes(server: Server, deps: IngestDeps): void {
  const { registry } = deps;
  const path = '/v3/messages/:id/thread/subscription';
  const config = { access: 'user' as const };
  const about = { params: MessageParams, querystring: OnBehalfOf, response: { 200: Success } };

  server.post(path, { config, schema: { summary: 'Follow the thread below a message', ...about } }, async (request) => {
    await subscribeToThread(registry, request.appId, request.params.id, [personOf(request)], deps.now());
    return SUCCESS;
  });

  server.delete(
    path,
    {
      config,
      schema: {
        summary: 'Follow the thread no longer',
        description: 'Until the person replies or is mentioned in it again.',
        ...about,
      },
    },
    async (request) => {
      await unsubscribeFromThread(registry, request.appId, request.params.id, personOf(request));
      return SUCCESS;
    },
  );
}
