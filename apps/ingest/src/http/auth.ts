import { createHash, timingSafeEqual } from 'node:crypto';
import { FanfareError, publicAppId, Uid } from '@fanfare/core';
import { clientAddresses } from '@fanfare/runtime';
import { type ApiKeyScope, findApiKey, findAppId, findSession, readApp, type Session } from '@fanfare/store';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IngestDeps } from '../deps.ts';
import { bodyKindOf } from './bodies.ts';
import type { BodyKind } from './body-limits.ts';
import { limitOf } from './key-limit.ts';

/**
 * Who may call a route: anybody, the operator, an API key with this scope (and the operator, who may do everything),
 * `login`: a person's own device with its auth token, or `user`: the same, and API keys that manage on behalf of anyone.
 * Every route says so in its `config`; one that does not is refused when it is registered.
 */
export type Access = 'anyone' | 'admin' | 'user' | 'login' | ApiKeyScope;

/** A route and who may call it. */
export interface Route {
  method: string;
  /** Its pattern, e.g. `/v3/users/:uid`. */
  url: string;
  access: Access;
  /** Whether the API key may also come as the password of Basic authentication. */
  basicAuth: boolean;
  /** The kind of its body; undefined when it takes none. */
  body: BodyKind | undefined;
}

/** Who was found to call. */
interface Caller {
  /** The internal id of the app the caller speaks for; empty where the route is not about one app. */
  appId: string;
  /** Names the API key or the login, without telling it; the operator has none. */
  credential?: string;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
    /** The API key may also come as the password of Basic authentication, which is all that some callers can send. */
    basicAuth?: boolean;
  }
  interface FastifyInstance {
    /** Who may call the routes of a plugin that cannot say it itself; decorated on the plugin's own instance only. */
    accessOfPlugin?: Access;
  }
  interface FastifyRequest {
    /** The internal id of the app the caller speaks for; empty where the route is not about one app. */
    appId: string;
    /** The login of a person who calls with an auth token; undefined for all other callers. */
    session: Session | undefined;
    /** The address of the client, as limits count it. */
    clientAddress: string;
  }
}

/** Checks the caller of every request before anything else is looked at. The routes, as they are registered. */
export function authenticate(server: FastifyInstance, deps: IngestDeps): readonly Route[] {
  server.decorateRequest('appId', '');
  server.decorateRequest('session', undefined);
  server.decorateRequest('clientAddress', '');
  const addressOf = clientAddresses(deps.config.TRUST_PROXY, deps.log);
  const routes: Route[] = [];
  server.addHook('onRoute', function (route) {
    const { method, url } = route;
    const access = route.config?.access ?? this.accessOfPlugin;
    if (access === undefined) throw new Error(`${method} ${url} does not say who may call it`);
    const config = { ...route.config, access };
    route.config = config;
    const { basicAuth = false } = config;
    for (const one of [method].flat()) {
      routes.push({ method: one, url, access, basicAuth, body: bodyKindOf(one, url, config.body) });
    }
  });
  const limit = limitOf(deps);
  server.addHook('onRequest', async (request, reply) => {
    request.clientAddress = addressOf(request.raw);
    // At once: Fastify would read and parse the body of a request to an unknown path first.
    if (request.is404) throw new FanfareError('ERR_ROUTE_NOT_FOUND', `there is no ${request.method} on this path`);
    const access = request.routeOptions.config.access ?? 'anyone';
    if (access === 'anyone') return;
    const caller = await guarded(deps, request, () => callerOf(deps, request, access));
    request.appId = caller.appId;
    if (caller.credential !== undefined) await limit(reply, `${caller.appId}:${caller.credential}`);
  });
  return routes;
}

/** A caller who may do this; notes the login of one who came with an auth token. */
async function callerOf(deps: IngestDeps, request: FastifyRequest, access: Exclude<Access, 'anyone'>): Promise<Caller> {
  if (access !== 'user' && access !== 'login') return keyHolder(deps, request, access);
  const authToken = header(request, 'authtoken');
  if (authToken === undefined) {
    if (access === 'user') return keyHolder(deps, request, 'manage');
    throw noLogin(request);
  }
  const appId = await findAppId(deps.registry, appIdHeader(request));
  request.session = appId === undefined ? undefined : await findSession(deps.registry, appId, authToken);
  if (appId === undefined || !request.session)
    throw new FanfareError('AUTH_ERR_AUTH_TOKEN_NOT_FOUND', 'authToken: is unknown or revoked');
  return { appId, credential: `login:${request.session.session}` };
}

/** Why one without an auth token may not do what only a login does. */
const noLogin = (request: FastifyRequest): FanfareError =>
  header(request, 'apikey') === undefined && header(request, 'adminkey') === undefined
    ? new FanfareError('AUTH_ERR_AUTH_TOKEN_NOT_FOUND', 'authToken: this header is missing')
    : new FanfareError('AUTH_ERR_NO_ACCESS', 'authToken: is needed here; a key is no login');

/** The login that called a `login` route, and its auth token as it came. */
export const loginOf = (request: FastifyRequest): Session & { authToken: string } => ({
  ...(request.session as Session),
  authToken: header(request, 'authtoken') as string,
});

/** The `appId` header: a public id. @throws FanfareError when it is missing. */
export function appIdHeader(request: FastifyRequest): string {
  const appId = header(request, 'appid');
  if (appId === undefined) throw new FanfareError('ERR_BAD_REQUEST', 'appId: without an API key this header is needed');
  return appId;
}

/**
 * The person a `user` route is about: who called with an auth token, else who is named in `onBehalfOf`, `?uid=` or the
 * body. @throws FanfareError when nobody is named, two names differ, or a person names another.
 */
export function personOf(request: FastifyRequest, inBody?: string): string {
  const { uid: inQuery } = (request.query ?? {}) as { uid?: unknown };
  const given = [header(request, 'onbehalfof'), inQuery, inBody].filter((name) => name !== undefined);
  const { session } = request;
  if (session) {
    if (given.every((name) => name === session.uid)) return session.uid;
    throw new FanfareError('AUTH_ERR_NO_ACCESS', 'uid: an auth token speaks for its own user only');
  }
  const [first, ...others] = given;
  if (first === undefined) throw new FanfareError('ERR_BAD_REQUEST', 'uid: is missing');
  const parsed = Uid.safeParse(first);
  if (!parsed.success) throw new FanfareError('ERR_BAD_REQUEST', `uid: ${parsed.error.issues[0]?.message}`);
  if (others.some((name) => name !== parsed.data)) {
    throw new FanfareError('ERR_BAD_REQUEST', 'uid: onBehalfOf, the query and the body name different people');
  }
  return parsed.data;
}

/**
 * Who holds the key of a request, when it may do this. An API key is of one app, and an `appId` header that names
 * another is refused; the admin key may do everything and names the app in the `appId` header.
 */
async function keyHolder(deps: IngestDeps, request: FastifyRequest, access: 'admin' | ApiKeyScope): Promise<Caller> {
  const adminKey = header(request, 'adminkey');
  const appId = header(request, 'appid');
  if (access === 'admin') return { appId: await appOfAdmin(deps, adminKey, undefined) };
  if (adminKey !== undefined) return { appId: await appOfAdmin(deps, adminKey, { named: appId }) };
  const apiKey = header(request, 'apikey') ?? basicPassword(request);
  if (apiKey === undefined) throw new FanfareError('AUTH_ERR_EMPTY_APIKEY', 'the apikey header is missing');
  const grant = await findApiKey(deps.registry, apiKey);
  if (!grant) throw new FanfareError('AUTH_ERR_APIKEY_NOT_FOUND', 'apikey: is unknown or revoked');
  if (appId !== undefined && appId !== publicAppId(grant.appId)) {
    throw new FanfareError('AUTH_ERR_NO_ACCESS', 'appId: the key is of another app');
  }
  if (!grant.scopes.includes(access)) {
    throw new FanfareError('AUTH_ERR_NO_ACCESS', `apikey: lacks the scope "${access}"`);
  }
  return { appId: grant.appId, credential: `key:${grant.id}` };
}

/** Where the operator acts for an app, the header names it; on the operator's own routes there is none. */
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
  const appId = await findAppId(deps.registry, named);
  if (appId !== undefined && (await readApp(deps.registry, appId))) return appId;
  throw new FanfareError('ERR_APP_NOT_FOUND', 'appId: there is no such app');
}

/**
 * Runs a check and counts its failures by client address: past the limit a failure is answered 429. A right credential
 * is let in all the same, since other callers share the address; every one is too long to be guessed.
 */
async function guarded<T>(deps: IngestDeps, request: FastifyRequest, check: () => T | Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof FanfareError && error.status === 401) {
      refuseWhenTooMany(deps, request.clientAddress);
      deps.failures.fail(request.clientAddress);
    }
    throw error;
  }
}

function refuseWhenTooMany({ failures }: IngestDeps, who: string): void {
  const retryAfterS = failures.retryAfterS(who);
  if (retryAfterS === 0) return;
  throw new FanfareError('ERR_TOO_MANY_REQUESTS', 'too many failed authentications', { retryAfterS });
}

const isAdminKey = ({ config }: IngestDeps, key: string): boolean =>
  timingSafeEqual(digest(key), digest(config.FANFARE_ADMIN_KEY));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The password of Basic authentication (RFC 7617), where the route takes it. */
function basicPassword(request: FastifyRequest): string | undefined {
  if (!request.routeOptions.config.basicAuth) return undefined;
  const [, encoded] = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(header(request, 'authorization') ?? '') ?? [];
  const userAndPassword = Buffer.from(encoded ?? '', 'base64').toString();
  const colon = userAndPassword.indexOf(':');
  return colon === -1 ? undefined : userAndPassword.slice(colon + 1) || undefined;
}

/** A header that is there and not empty; its name in lower case. */
export function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
