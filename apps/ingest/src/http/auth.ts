import { createHash, timingSafeEqual } from 'node:crypto';
import { FanfareError, publicAppId, Uid } from '@fanfare/core';
import { clientAddresses } from '@fanfare/runtime';
import { type ApiKeyScope, findSession, type Session } from '@fanfare/store';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IngestDeps } from '../deps.ts';
import { unknownRoute } from './answer-errors.ts';
import { type Audit, auditOf } from './audit.ts';
import { bodyKindOf } from './bodies.ts';
import type { BodyKind } from './body-limits.ts';
import { doesGrow } from './growth.ts';
import { header } from './header.ts';
import { limitOf } from './key-limit.ts';
import { keyUses } from './key-uses.ts';

/**
 * Who may call a route: `anyone`; `admin`: the operator; a scope: API keys that have it, and the operator; `session`: a
 * user's device with its auth token; `user`: the same, or API keys with `manage` that act for the user. Every route
 * must declare it in its `config`; registering one without it throws.
 */
export type Access = 'anyone' | 'admin' | 'user' | 'session' | ApiKeyScope;

/** A route and who may call it. */
export interface Route {
  method: string;
  /** The pattern, e.g. `/v3/users/:uid`. */
  url: string;
  access: Access;
  /** Whether the API key may also be sent as the password of Basic authentication. */
  basicAuth: boolean;
  /** Whether it adds to Redis, and is refused while that is nearly full. */
  grows: boolean;
  /** The kind of its body; undefined if it takes none. */
  body: BodyKind | undefined;
  /** Whether calls are audited; undefined if it changes nothing. */
  audit: Audit | undefined;
}

/** The authenticated caller. */
interface Caller {
  /** The internal id of the app the caller acts for; empty if the route does not concern a single app. */
  appId: string;
  /** Identifies the API key or session without revealing it; the operator has none. */
  credential?: string;
  /** The API key's id, if it called with one. */
  keyId?: string;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
    /** The API key may also be sent as the password of Basic authentication, the only way for some callers. */
    basicAuth?: boolean;
  }
  interface FastifyInstance {
    /** Who may call the routes of a plugin that cannot declare it; decorated on the plugin's own instance only. */
    accessOfPlugin?: Access;
  }
  interface FastifyRequest {
    /** The internal id of the app the caller acts for; empty if the route does not concern a single app. */
    appId: string;
    /** The session of a caller with an auth token; undefined for all other callers. */
    session: Session | undefined;
    /** The client's address, by which limits count. */
    clientAddress: string;
    /** Identifies the API key or session without revealing it; the operator has none. */
    credential: string | undefined;
  }
}

/** Authenticates every request before anything else is checked. Returns the routes, filled as they are registered. */
export function authenticate(server: FastifyInstance, deps: IngestDeps): readonly Route[] {
  server.decorateRequest('appId', '');
  server.decorateRequest('session', undefined);
  server.decorateRequest('clientAddress', '');
  server.decorateRequest('credential', undefined);
  const addressOf = clientAddresses(deps.config.TRUST_PROXY, deps.log);
  const routes: Route[] = [];
  server.addHook('onRoute', function (route) {
    const { method, url } = route;
    const access = route.config?.access ?? this.accessOfPlugin;
    if (access === undefined) throw new Error(`${method} ${url} does not say who may call it`);
    const config = { ...route.config, access };
    route.config = config;
    const { basicAuth = false, grows } = config;
    for (const one of [method].flat()) {
      routes.push({
        method: one,
        url,
        access,
        basicAuth,
        grows: doesGrow(one, grows),
        body: bodyKindOf(one, url, config.body),
        audit: auditOf(one, url, config.audit),
      });
    }
  });
  const limit = limitOf(deps);
  const recordUse = keyUses(deps);
  server.addHook('onRequest', async (request, reply) => {
    request.clientAddress = addressOf(request.raw);
    // At once: Fastify would read and parse the body of a request to an unknown path first.
    if (request.is404) throw unknownRoute(request.method);
    const access = request.routeOptions.config.access ?? 'anyone';
    if (access === 'anyone') return;
    let caller: Caller;
    try {
      caller = await callerOf(deps, request, access);
    } catch (error) {
      noteFailure(deps, request.clientAddress, error);
      throw error;
    }
    request.appId = caller.appId;
    request.credential = caller.credential;
    if (caller.keyId !== undefined) recordUse(caller.appId, caller.keyId);
    if (limit && caller.credential !== undefined) await limit(reply, `${caller.appId}:${caller.credential}`);
  });
  return routes;
}

const DAY_S = 24 * 3600;

/** Authenticates and authorizes the caller. Sets `request.session` if the caller has an auth token. */
function callerOf(deps: IngestDeps, request: FastifyRequest, access: Exclude<Access, 'anyone'>): Promise<Caller> {
  if (access !== 'user' && access !== 'session') return keyHolder(deps, request, access);
  const authToken = header(request, 'authtoken');
  if (authToken !== undefined) return sessionHolder(deps, request, authToken);
  if (access === 'user') return keyHolder(deps, request, 'manage');
  throw noSession(request);
}

async function sessionHolder(deps: IngestDeps, request: FastifyRequest, authToken: string): Promise<Caller> {
  const appId = await deps.intake.appIds.get(appIdHeader(request));
  request.session =
    appId === undefined
      ? undefined
      : await findSession(deps.registry, appId, authToken, deps.config.AUTH_TOKEN_IDLE_DAYS * DAY_S);
  if (appId === undefined || !request.session)
    throw new FanfareError('AUTH_ERR_AUTH_TOKEN_NOT_FOUND', 'authToken: is unknown or revoked');
  return { appId, credential: `login:${request.session.session}` };
}

/** The error for a caller without an auth token on a route that requires one. */
const noSession = (request: FastifyRequest): FanfareError =>
  header(request, 'apikey') === undefined && header(request, 'adminkey') === undefined
    ? new FanfareError('AUTH_ERR_AUTH_TOKEN_NOT_FOUND', 'authToken: the header is missing')
    : new FanfareError('AUTH_ERR_NO_ACCESS', 'authToken: is required here; an API key is not accepted');

/** The session that called a `session` route, and its auth token. */
export const callerSession = (request: FastifyRequest): Session & { authToken: string } => ({
  ...(request.session as Session),
  authToken: header(request, 'authtoken') as string,
});

/** The public id in the `appId` header. @throws FanfareError if it is missing. */
export function appIdHeader(request: FastifyRequest): string {
  const appId = header(request, 'appid');
  if (appId === undefined) throw new FanfareError('ERR_BAD_REQUEST', 'appId: is required without an API key');
  return appId;
}

/**
 * The user a `user` route concerns: the one whose auth token it is, else the one named in `onBehalfOf`, `?uid=` or the
 * body. @throws FanfareError if no user is named, the names differ, or a session names another user.
 */
export function userOf(request: FastifyRequest, inBody?: string): string {
  const { uid: inQuery } = (request.query ?? {}) as { uid?: unknown };
  const given = [header(request, 'onbehalfof'), inQuery, inBody].filter((name) => name !== undefined);
  const { session } = request;
  if (session) {
    if (given.every((name) => name === session.uid)) return session.uid;
    throw new FanfareError('AUTH_ERR_NO_ACCESS', 'uid: an auth token is valid only for its own user');
  }
  const [first, ...others] = given;
  if (first === undefined) throw new FanfareError('ERR_BAD_REQUEST', 'uid: is missing');
  const parsed = Uid.safeParse(first);
  if (!parsed.success) throw new FanfareError('ERR_BAD_REQUEST', `uid: ${parsed.error.issues[0]?.message}`);
  if (others.some((name) => name !== parsed.data)) {
    throw new FanfareError('ERR_BAD_REQUEST', 'uid: onBehalfOf, the query and the body name different users');
  }
  return parsed.data;
}

/**
 * The holder of a request's key, if it is authorized. An API key belongs to one app, and an `appId` header that names
 * another is rejected. The admin key may do everything, for the app in the `appId` header.
 */
async function keyHolder(deps: IngestDeps, request: FastifyRequest, access: 'admin' | ApiKeyScope): Promise<Caller> {
  const adminKey = header(request, 'adminkey');
  const appId = header(request, 'appid');
  if (access === 'admin') return { appId: await appOfAdmin(deps, adminKey, undefined) };
  if (adminKey !== undefined) return { appId: await appOfAdmin(deps, adminKey, { named: appId }) };
  const apiKey = header(request, 'apikey') ?? basicPassword(request);
  if (apiKey === undefined) throw new FanfareError('AUTH_ERR_EMPTY_APIKEY', 'the apikey header is missing');
  const grant = await deps.intake.grants.get(apiKey);
  if (!grant) throw new FanfareError('AUTH_ERR_APIKEY_NOT_FOUND', 'apikey: is unknown or revoked');
  if (appId !== undefined && appId !== publicAppId(grant.appId)) {
    throw new FanfareError('AUTH_ERR_NO_ACCESS', 'appId: the key belongs to another app');
  }
  if (!grant.scopes.includes(access)) {
    throw new FanfareError('AUTH_ERR_NO_ACCESS', `apikey: lacks the scope "${access}"`);
  }
  return { appId: grant.appId, credential: `key:${grant.id}`, keyId: grant.id };
}

/** The app the operator acts for, named in the header; none on the operator's own routes. */
async function appOfAdmin(
  deps: IngestDeps,
  adminKey: string | undefined,
  app: { named: string | undefined } | undefined,
): Promise<string> {
  if (adminKey === undefined) throw new FanfareError('AUTH_ERR_EMPTY_APIKEY', 'the adminkey header is missing');
  if (!isAdminKey(deps, adminKey)) throw new FanfareError('AUTH_ERR_APIKEY_NOT_FOUND', 'adminkey: is not right');
  if (!app) return '';
  const { named } = app;
  if (named === undefined) throw new FanfareError('ERR_BAD_REQUEST', 'appId: with the admin key this header is needed');
  const appId = await deps.intake.appIds.get(named);
  if (appId !== undefined && (await deps.intake.apps.get(appId))) return appId;
  throw new FanfareError('ERR_APP_NOT_FOUND', 'appId: there is no such app');
}

/**
 * Counts a failed authentication by client address. A valid credential is always accepted, since other callers may
 * share the address and credentials are too long to guess.
 * @throws FanfareError `ERR_TOO_MANY_REQUESTS` past the limit.
 */
function noteFailure({ failures }: IngestDeps, who: string, error: unknown): void {
  if (!(error instanceof FanfareError) || error.status !== 401) return;
  const retryAfterS = failures.retryAfterS(who);
  if (retryAfterS > 0) {
    throw new FanfareError('ERR_TOO_MANY_REQUESTS', 'too many failed authentications', { retryAfterS });
  }
  failures.fail(who);
}

const isAdminKey = ({ config }: IngestDeps, key: string): boolean =>
  timingSafeEqual(digest(key), digest(config.FANFARE_ADMIN_KEY));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The password of Basic authentication (RFC 7617), if the route accepts it. */
function basicPassword(request: FastifyRequest): string | undefined {
  if (!request.routeOptions.config.basicAuth) return undefined;
  const [, encoded] = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(header(request, 'authorization') ?? '') ?? [];
  const userAndPassword = Buffer.from(encoded ?? '', 'base64').toString();
  const colon = userAndPassword.indexOf(':');
  return colon === -1 ? undefined : userAndPassword.slice(colon + 1) || undefined;
}
