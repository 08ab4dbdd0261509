import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * Tracks every request until its response or its connection ends; Fastify's `onResponse` does not fire if the client
 * disconnects first. Logs one line each, with the route's pattern, since a path may contain a token.
 * @returns a function that resolves once no request is in progress.
 */
export function followRequests(server: Pick<FastifyInstance, 'addHook'>): () => Promise<void> {
  let inHand = 0;
  let whenIdle: (() => void) | undefined;
  server.addHook('onRequest', async (request, reply) => {
    inHand++;
    reply.raw.once('close', () => {
      logEnd(request, reply);
      inHand--;
      if (inHand === 0) whenIdle?.();
    });
  });
  return () =>
    new Promise((resolve) => {
      if (inHand === 0) resolve();
      else whenIdle = resolve;
    });
}

/** Logs `request.answered` with the status, or `request.abandoned` if the client disconnected before the end. */
function logEnd({ method, routeOptions, id, log }: FastifyRequest, reply: FastifyReply): void {
  const fields = { reqId: id, method, route: routeOptions.url, ms: reply.elapsedTime };
  if (reply.raw.writableFinished) log.info({ ...fields, status: reply.statusCode }, 'request.answered');
  else log.info(fields, 'request.abandoned');
}
