import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * Logs one line per request when its response or its connection ends; Fastify's `onResponse` does not fire if the
 * client disconnects first. The line has the route's pattern, since a path may contain a token.
 */
export function logRequests(server: Pick<FastifyInstance, 'addHook'>): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.raw.once('close', () => logEnd(request, reply));
    done();
  });
}

/** Logs `request.answered` with the status, or `request.abandoned` if the client disconnected before the end. */
function logEnd({ method, routeOptions, id, log }: FastifyRequest, reply: FastifyReply): void {
  const fields = { reqId: id, method, route: routeOptions.url, ms: reply.elapsedTime };
  if (reply.raw.writableFinished) log.info({ ...fields, status: reply.statusCode }, 'request.answered');
  else log.info(fields, 'request.abandoned');
}
