import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * Follows every request to its end, which is the end of its answer or of its connection: Fastify's own `onResponse` is
 * silent when the client goes away before the answer. One log line each, with the route's pattern: a path may hold a
 * token.
 * @returns resolves when no request is in hand.
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

/** `request.answered` with the status, or `request.abandoned` when the client did not wait for the whole answer. */
function logEnd({ method, routeOptions, id, log }: FastifyRequest, reply: FastifyReply): void {
  const fields = { reqId: id, method, route: routeOptions.url, ms: reply.elapsedTime };
  if (reply.raw.writableFinished) log.info({ ...fields, status: reply.statusCode }, 'request.answered');
  else log.info(fields, 'request.abandoned');
}
