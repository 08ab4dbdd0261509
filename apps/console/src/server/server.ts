import { closeIfUnread, followRequests, holdBodies, type Readiness } from '@fanfare/runtime';
import cookie from '@fastify/cookie';
import formBody from '@fastify/formbody';
import helmet from '@fastify/helmet';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { answerWith } from './answer.ts';
import type { ConsoleDeps } from './deps.ts';
import { guard } from './login/guard.ts';
import { NOT_FOUND } from './problem.ts';
import { apiRoutes } from './routes/api.ts';
import { assetRoutes } from './routes/assets.ts';
import { bullBoard } from './routes/bull-board.ts';
import { clientAssets, isNavigation, sendClient } from './routes/client.ts';
import { healthRoutes } from './routes/health.ts';
import { jobEventRoutes } from './routes/job-events.ts';
import { loginRoutes } from './routes/login.ts';
import { sessionRoutes } from './routes/session.ts';

/** Enough for a password and a path. */
const BODY_LIMIT = 16 * 1024;

/** How long a request may take to arrive, in ms. */
const REQUEST_TIMEOUT_MS = 60_000;

/** Our pages load only our own files: nothing inline, nothing from other origins. */
const SECURITY_HEADERS = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      baseUri: ["'none'"],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      imgSrc: ["'self'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
    },
  },
  // With `no-referrer` browsers send `Origin: null` with forms, so ours would look like any other.
  referrerPolicy: { policy: 'same-origin' as const },
  // Left to the proxy that terminates TLS, since it binds the domain for a year.
  strictTransportSecurity: false,
};

/** Creates the HTTP server with login, the client, its API, Bull Board and health. Does not listen yet. */
export async function createServer(deps: ConsoleDeps, ready: () => Promise<Readiness>) {
  const server: FastifyInstance = Fastify({
    loggerInstance: deps.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // One hop, for scheme and host: trust only what our proxy added, not what the caller sent.
    trustProxy: deps.config.TRUST_PROXY > 0 ? (_address: string, hop: number) => hop === 0 : false,
  });
  const { close } = followRequests(server.server);
  holdBodies(server.server);
  server.addHook('onSend', async (request, reply) => closeIfUnread(request.raw, reply.raw));
  await server.register(helmet, SECURITY_HEADERS);
  await server.register(cookie);
  await server.register(formBody);
  const answer = answerWith(deps);
  guard(server, deps, answer);
  server.setErrorHandler((error: Error, request, reply) => answer(request, reply, error));
  const { client } = deps;
  server.setNotFoundHandler((request, reply) =>
    isNavigation(request) ? sendClient(request, reply, client) : answer(request, reply, NOT_FOUND),
  );
  logRequests(server);
  healthRoutes(server, ready);
  for (const routes of [assetRoutes, loginRoutes, sessionRoutes, apiRoutes, jobEventRoutes]) routes(server, deps);
  if (client) clientAssets(server, client);
  // To programs too: a login leads here, and curl accepts anything.
  server.get('/', (request, reply) => sendClient(request, reply, client));
  await bullBoard(server, deps, answer);
  return { server, close };
}

/** Logs one line per request, with the route's pattern. */
function logRequests(server: FastifyInstance): void {
  server.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions, id } = request;
    const fields = { reqId: id, method, route: routeOptions.url, status: reply.statusCode, ms: reply.elapsedTime };
    request.log.info(fields, 'request.answered');
  });
}
