import type { Metrics } from '@fanfare/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * Logs and measures each request when its response or its connection ends; Fastify's `onResponse` does not fire if the
 * client disconnects first. Both name the route's pattern, since a path may contain a token.
 */
export function logRequests(
  server: Pick<FastifyInstance, 'addHook'>,
  { requestSeconds }: Pick<Metrics, 'requestSeconds'>,
): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.raw.once('close', () => {
      logEnd(request, reply);
      requestSeconds.observe(labelsOf(request, reply), reply.elapsedTime / 1000);
    });
    done();
  });
}

/** As nginx counts requests whose client has disconnected. */
const CLIENT_GONE = 499;

/** A path that does not exist is `none`: callers choose the text. */
const labelsOf = ({ method, routeOptions, is404 }: FastifyRequest, reply: FastifyReply) => ({
  route: (is404 ? undefined : routeOptions.url) ?? 'none',
  method,
  status: reply.raw.writableFinished ? reply.statusCode : CLIENT_GONE,
});

/** Logs `request.answered` with the status, or `request.abandoned` if the client disconnected before the end. */
function logEnd({ method, routeOptions, id, log }: FastifyRequest, reply: FastifyReply): void {
  const fields = { reqId: id, method, route: routeOptions.url, ms: reply.elapsedTime };
  if (reply.raw.writableFinished) log.info({ ...fields, status: reply.statusCode }, 'request.answered');
  else log.info(fields, 'request.abandoned');
}
