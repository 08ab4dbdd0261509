import type { FastifyInstance } from 'fastify';
import type { ConsoleDeps } from '../deps.ts';
import { csrfTokenOf } from '../login/csrf-token.ts';
import { sessionIn } from '../login/guard.ts';

/** The route by which the client learns who is logged in. */
export function sessionRoutes(server: FastifyInstance, { config }: Pick<ConsoleDeps, 'config'>): void {
  // `API_URL` may be a name inside the cluster. Without the credentials that an address may have.
  const { origin, pathname } = new URL(config.PUBLIC_URL ?? config.API_URL);
  const apiUrl = origin + pathname.replace(/\/$/, '');
  server.get('/session', async (request, reply) =>
    reply
      .header('cache-control', 'no-store')
      .send({ role: request.role, csrfToken: csrfTokenOf(sessionIn(request) ?? ''), apiUrl }),
  );
}
