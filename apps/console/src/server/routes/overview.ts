import type { FastifyInstance } from 'fastify';
import type { ConsoleDeps } from '../deps.ts';
import { readOverview } from '../overview.ts';
import { overviewContent, overviewPage } from '../pages/overview.ts';
import { sendPage } from '../send-page.ts';

/** Routes for the home page and its refreshing part. */
export function overviewRoutes(server: FastifyInstance, deps: ConsoleDeps): void {
  server.get('/', async (request, reply) =>
    sendPage(reply, overviewPage(deps.assets, request.role, await readOverview(deps))),
  );
  server.get('/overview', async (_request, reply) => sendPage(reply, overviewContent(await readOverview(deps))));
}
