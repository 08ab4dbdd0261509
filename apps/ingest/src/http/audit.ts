import { publicAppId } from '@fanfare/core';
import { type AuditEntry, findAppId, writeAudit } from '@fanfare/store';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IngestDeps } from '../deps.ts';
import { header } from './auth.ts';

/** What an operator configures or decides: changes below these paths are audited. */
const AUDITED = [
  '/v3/apps',
  '/v3/dead-letters',
  '/v3/notifications/push/v1/providers',
  '/v3/notifications/v1/settings',
  '/v3/notifications/v1/logs',
  '/v3/system',
  '/v3/users/:uid/devices/:deviceId/restore',
];
/** What a chat backend does all day, and an operator rarely: audited with the admin key only. */
const AUDITED_BY_ADMIN = ['DELETE /v3/users/:uid', 'DELETE /v3/users/:uid/auth_tokens/:authToken'];
/** A test push changes nothing. */
const TEST = /\/test$/;
const CHANGING = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** The ids in a body that say what it concerns. */
const NAMING = ['appId', 'providerId'];

/** The most field names in an entry. */
const MAX_FIELDS = 30;
/** A console's name for a person: printable, so that it can be shown anywhere. */
const ACTOR = /^[\x20-\x7e]{1,100}$/;

/** Parameters that may be a secret. */
const SECRET_PARAMS = ['authToken'];

/** Whether changes by this route are audited; `credential` is undefined for the admin key. */
const isAudited = (method: string, url: string, credential: string | undefined): boolean =>
  (CHANGING.has(method) && !TEST.test(url) && AUDITED.some((path) => url === path || url.startsWith(`${path}/`))) ||
  (credential === undefined && AUDITED_BY_ADMIN.includes(`${method} ${url}`));

/** Records every successful change of what an operator configures, before it is answered. */
export function auditChanges(server: FastifyInstance, deps: IngestDeps): void {
  server.addHook('onSend', async (request, reply, payload) => {
    const { url } = request.routeOptions;
    if (reply.statusCode < 300 && url !== undefined && isAudited(request.method, url, request.credential)) {
      await record(deps, request, url).catch((error: Error) =>
        deps.log.error({ reason: error.message, operation: `${request.method} ${url}` }, 'audit.not_written'),
      );
    }
    return payload;
  });
}

async function record({ registry, now }: IngestDeps, request: FastifyRequest, url: string): Promise<void> {
  const body = isRecord(request.body) ? request.body : {};
  const named = Object.entries(body).filter(([name]) => NAMING.includes(name));
  const ids = Object.fromEntries(
    [...Object.entries((request.params ?? {}) as Record<string, unknown>), ...named].flatMap(([name, value]) =>
      typeof value === 'string' && !SECRET_PARAMS.includes(name) ? [[name, value] as const] : [],
    ),
  );
  const appId = request.appId || (ids.appId === undefined ? undefined : await findAppId(registry, ids.appId));
  const actor = header(request, 'actor');
  const entry: AuditEntry = {
    at: now(),
    appId: appId === undefined ? ids.appId : publicAppId(appId),
    who: request.credential ?? 'admin',
    actor: request.credential === undefined && actor !== undefined && ACTOR.test(actor) ? actor : undefined,
    operation: `${request.method} ${url.replace(/:(\w+)/g, '{$1}')}`,
    ids,
    fields: Object.keys(body)
      .filter((name) => body[name] !== undefined)
      .slice(0, MAX_FIELDS),
  };
  await writeAudit(registry, appId, entry);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
