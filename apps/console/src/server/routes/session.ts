import type { FastifyInstance } from 'fastify';
import { csrfTokenOf } from '../login/csrf-token.ts';
import { sessionIn } from '../login/guard.ts';

/** The route by which the client learns who is logged in. */
export function sessionRoutes(server: FastifyInstance): void {
  server.get('/session', async (request, reply) =>
    reply
      .header('cache-control', 'no-store')
      .send({ role: request.role, csrfToken: csrfTokenOf(sessionIn(request) ?? '') }),
  );
}
