import type { Metrics } from '@fanfare/runtime';
import type { FastifyInstance } from 'fastify';

/** As nginx counts requests whose client has disconnected. */
const CLIENT_GONE = 499;

/**
 * Logs each request when its response or its connection ends, as `request.answered` with the status, or as
 * `request.abandoned` if the client disconnected before the end; and measures it. Fastify's `onResponse` does not fire
 * if the client disconnects first. Both name the route's pattern, since a path may contain a token.
 */
export function logRequests(
  server: Pick<FastifyInstance, 'addHook'>,
  { requestSeconds }: Pick<Metrics, 'requestSeconds'>,
): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.raw.once('close', () => {
      const { method, is404, id, log } = request;
      // Once: Fastify makes these options anew each time.
      const { url } = request.routeOptions;
      const { statusCode, elapsedTime: ms } = reply;
      const isAnswered = reply.raw.writableFinished;
      if (isAnswered) log.info({ reqId: id, method, route: url, ms, status: statusCode }, 'request.answered');
      else log.info({ reqId: id, method, route: url, ms }, 'request.abandoned');
      // A path that does not exist is `none`: callers choose the text.
      const route = (is404 ? undefined : url) ?? 'none';
      requestSeconds.observe({ route, method, status: isAnswered ? statusCode : CLIENT_GONE }, ms / 1000);
    });
    done();
  });
}
