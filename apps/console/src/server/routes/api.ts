import type { FastifyInstance, FastifyRequest } from 'fastify';
import { permissionOf } from '../api/allowed.ts';
import { forward } from '../api/forward.ts';
import { RequestLimit } from '../api/request-limit.ts';
import type { ConsoleDeps } from '../deps.ts';
import { isCsrfToken } from '../login/csrf-token.ts';
import { sessionIn } from '../login/guard.ts';
import type { Role } from '../login/passwords.ts';
import { NOT_FOUND, Problem } from '../problem.ts';

const PREFIX = '/api';

/** What a `document` of the API may have: service accounts, templates, settings, one event. */
const BODY_LIMIT = 256 * 1024;

/** Passes requests of the client on to the API with the operator's key: those that the role may make, and no other. */
export function apiRoutes(server: FastifyInstance, { config, now }: ConsoleDeps): void {
  const limit = new RequestLimit(now);
  void server.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, parsed) =>
      parsed(null, body),
    );
    scope.addHook('onRequest', async (request, reply) => {
      const session = sessionIn(request) ?? '';
      const waitS = limit.take(session);
      if (waitS > 0) {
        reply.header('retry-after', waitS);
        throw new Problem(429, 'ERR_TOO_MANY_REQUESTS', `too many requests; wait ${waitS} seconds`);
      }
      if (request.method !== 'GET' && !isCsrfToken(session, request.headers['x-csrf-token'])) {
        throw new Problem(403, 'AUTH_ERR_NO_ACCESS', 'the header x-csrf-token is missing or wrong; reload the page');
      }
      check(request);
    });
    scope.route({
      method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      url: `${PREFIX}/*`,
      exposeHeadRoute: false,
      bodyLimit: BODY_LIMIT,
      handler: async (request, reply) => {
        const gone = new AbortController();
        reply.raw.once('close', () => gone.abort());
        const answer = await forward(config.API_URL, {
          method: request.method,
          path: request.url.slice(PREFIX.length),
          headers: headersOf(request, config.FANFARE_ADMIN_KEY),
          body: Buffer.isBuffer(request.body) ? request.body : undefined,
          signal: gone.signal,
        });
        return reply.code(answer.status).headers(answer.headers).header('cache-control', 'no-store').send(answer.body);
      },
    });
    done();
  });
}

/** @throws Problem if the role may not make the request. */
function check({ method, url, role }: FastifyRequest): void {
  const [path = ''] = url.slice(PREFIX.length).split('?');
  const permission = permissionOf(role as Role, method, path);
  if (permission === 'unknown') throw NOT_FOUND;
  if (permission === 'forbidden') throw new Problem(403, 'AUTH_ERR_NO_ACCESS', 'a viewer can change nothing');
}

/**
 * The request's own headers that matter, the operator's key, and who acts: the API writes it to the audit record. A
 * viewer does not see push tokens.
 */
function headersOf(request: FastifyRequest, adminkey: string): Record<string, string> {
  const passed = ['accept', 'content-type', 'appid'].flatMap((name) => {
    const value = request.headers[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return {
    ...Object.fromEntries(passed),
    adminkey,
    actor: `console ${request.role}, ${request.clientAddress}`,
    ...(request.role === 'admin' ? {} : { masktokens: '1' }),
  };
}
