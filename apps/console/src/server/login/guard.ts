import { isIP } from 'node:net';
import { clientAddresses } from '@fanfare/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '../answer.ts';
import type { ConsoleDeps } from '../deps.ts';
import { Problem, wantsJson } from '../problem.ts';
import type { Role } from './passwords.ts';

/**
 * The cookie with the session id. Over HTTPS its prefix has the browser take it from this host alone, not from a
 * neighbour on the same domain: https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes
 */
export const sessionCookie = ({ protocol }: Pick<FastifyRequest, 'protocol'>): string =>
  protocol === 'https' ? '__Host-fanfare_console' : 'fanfare_console';

/** The session id that a request has, if any. */
export const sessionIn = (request: FastifyRequest): string | undefined => request.cookies[sessionCookie(request)];

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route is available without a session. */
    open?: boolean;
    /** Whether the route answers by whatever host name it is asked for: probes choose their own. */
    anyHost?: boolean;
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
      if (!request.routeOptions.config.anyHost) refuseUnknownHost(request, config.CONSOLE_HOSTS);
      refuseForeignOrigin(request);
      if (request.routeOptions.config.open) return undefined;
      request.role = await sessions.roleOf(sessionIn(request));
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

/**
 * Rejects requests for another host name, which a page of an attacker may have its name point here for (DNS rebinding).
 * IP addresses and localhost need no entry: no name points anywhere else with them.
 */
function refuseUnknownHost({ hostname }: FastifyRequest, known: readonly string[]): void {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (isIP(host) !== 0 || host === 'localhost' || known.includes(host)) return;
  throw new Problem(421, 'ERR_UNKNOWN_HOST', 'the console does not answer to this host name; list it in CONSOLE_HOSTS');
}
