import { clientAddresses } from '@fanfare/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '../answer.ts';
import type { ConsoleDeps } from '../deps.ts';
import { Problem, wantsJson } from '../problem.ts';
import type { Role } from './passwords.ts';

/** The cookie with the session id. */
export const SESSION_COOKIE = 'fanfare_console';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route is available without a session. */
    open?: boolean;
  }
  interface FastifyRequest {
    /** The role of the user; undefined only on open routes. */
    role: Role | undefined;
    /** The client's address, by which limits count. */
    clientAddress: string;
  }
}

type GuardDeps = Pick<ConsoleDeps, 'sessions' | 'config' | 'log'>;

/**
 * Requires a session for every path, including unknown ones, except for routes whose `config` declares them open.
 * Answers directly instead of through an error handler, since Bull Board has its own.
 */
export function guard(server: FastifyInstance, deps: GuardDeps, answer: Answer): void {
  const { sessions, config, log } = deps;
  const addressOf = clientAddresses(config.TRUST_PROXY, log);
  server.decorateRequest('clientAddress', '');
  server.decorateRequest('role', undefined);
  server.addHook('onRequest', async (request, reply) => {
    request.clientAddress = addressOf(request.raw);
    try {
      refuseForeignOrigin(request);
      if (request.routeOptions.config.open) return undefined;
      request.role = await sessions.roleOf(request.cookies[SESSION_COOKIE]);
      return request.role === undefined ? turnAway(request, reply) : undefined;
    } catch (error) {
      return answer(request, reply, error as Error);
    }
  });
}

function turnAway(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (wantsJson(request)) throw new Problem(401, 'AUTH_ERR_NO_SESSION', 'log in first');
  const isPage = request.method === 'GET' && request.url !== '/';
  return reply.redirect(isPage ? `/login?next=${encodeURIComponent(request.url)}` : '/login', 303);
}

/**
 * Rejects requests that another site makes the browser send. The cookie is SameSite=Strict already; this covers the
 * login, which needs no cookie, and browsers that do not support it. Without `Origin` it was not a browser.
 */
function refuseForeignOrigin(request: FastifyRequest): void {
  const { origin } = request.headers;
  if (request.method === 'GET' || request.method === 'HEAD' || origin === undefined) return;
  if (!isOwn(origin, request)) throw new Problem(403, 'AUTH_ERR_NO_ACCESS', 'the request came from another site');
}

/** Compares host and port but not the scheme, since a proxy that terminates TLS may not forward it. */
const isOwn = (origin: string, request: FastifyRequest): boolean =>
  URL.canParse(origin) && new URL(origin).host === request.host;
