import { createHash, timingSafeEqual } from 'node:crypto';
import { FanfareError } from '@fanfare/core';
import { type ApiKeyScope, findApiKey } from '@fanfare/store';
import type { FastifyRequest } from 'fastify';
import type { IngestDeps } from './deps.ts';

/** Turns away everyone but the operator. */
export async function requireAdmin(deps: IngestDeps, request: FastifyRequest): Promise<void> {
  const key = header(request, 'adminkey');
  await guarded(deps, request, () => {
    if (key === undefined) throw new FanfareError('AUTH_ERR_EMPTY_APIKEY', 'the adminkey header is missing');
    if (!isAdminKey(deps, key)) throw new FanfareError('AUTH_ERR_APIKEY_NOT_FOUND', 'adminkey: is not right');
  });
}

/**
 * The app a request is about, when its key may do what `scope` covers. An API key is of one app, and an `appId` header
 * that names another is refused; the admin key may do everything and names the app in the `appId` header.
 */
export async function requireApp(deps: IngestDeps, request: FastifyRequest, scope: ApiKeyScope): Promise<string> {
  return guarded(deps, request, async () => {
    const adminKey = header(request, 'adminkey');
    const appId = header(request, 'appid');
    if (adminKey !== undefined) return appOfAdmin(deps, adminKey, appId);
    const apiKey = header(request, 'apikey');
    if (apiKey === undefined) throw new FanfareError('AUTH_ERR_EMPTY_APIKEY', 'the apikey header is missing');
    const grant = await findApiKey(deps.registry, apiKey);
    if (!grant) throw new FanfareError('AUTH_ERR_APIKEY_NOT_FOUND', 'apikey: is unknown or revoked');
    if (appId !== undefined && appId !== grant.appId) {
      throw new FanfareError('AUTH_ERR_NO_ACCESS', 'appId: the key is of another app');
    }
    if (!grant.scopes.includes(scope)) {
      throw new FanfareError('AUTH_ERR_NO_ACCESS', `apikey: lacks the scope "${scope}"`);
    }
    return grant.appId;
  });
}

function appOfAdmin(deps: IngestDeps, adminKey: string, appId: string | undefined): string {
  if (!isAdminKey(deps, adminKey)) throw new FanfareError('AUTH_ERR_APIKEY_NOT_FOUND', 'adminkey: is not right');
  if (appId === undefined) throw new FanfareError('ERR_BAD_REQUEST', 'appId: with the admin key this header is needed');
  return appId;
}

/** Runs a check; an address that fails too often is not even checked any more. */
async function guarded<T>(deps: IngestDeps, request: FastifyRequest, check: () => T | Promise<T>): Promise<T> {
  const retryAfterS = deps.failures.retryAfterS(request.ip);
  if (retryAfterS > 0) {
    throw new FanfareError('ERR_TOO_MANY_REQUESTS', 'too many failed authentications', { retryAfterS });
  }
  try {
    return await check();
  } catch (error) {
    if (error instanceof FanfareError && error.status === 401) deps.failures.fail(request.ip);
    throw error;
  }
}

const isAdminKey = ({ config }: IngestDeps, key: string): boolean =>
  timingSafeEqual(digest(key), digest(config.FANFARE_ADMIN_KEY));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** A header that is there and not empty. */
function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
