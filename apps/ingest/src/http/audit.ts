import { publicAppId } from '@fanfare/core';
import { type AuditEntry, findAppId, writeAudit } from '@fanfare/store';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IngestDeps } from '../deps.ts';
import { header } from './header.ts';

/**
 * Whether calls of a route are audited. `action`: they are, under this name, in the imperative; with `by: 'admin'` only
 * calls with the admin key, because a chat backend makes the same ones all day, and with `by: 'actor'` only those that
 * name who acts as well, because a program may publish with that key. `not`: they are not, for this reason.
 */
export type Audit = { action: string; by?: 'admin' | 'actor' } | { not: string };

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether calls are audited. Every route that can change something must declare it. */
    audit?: Audit;
  }
  interface FastifyRequest {
    /**
     * Ids of what a call concerns that are neither in its path nor in its query or body. A handler that fails after it
     * has set them has changed something, and is audited as well: an import that breaks off.
     */
    concerns: Readonly<Record<string, string | undefined>> | undefined;
  }
}

const CHANGING = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** The parameters and fields that say what a call concerns. No other value is recorded, so no secret is. */
const IDS = ['appId', 'deviceId', 'guid', 'id', 'keyId', 'lane', 'providerId', 'uid'];

/** The most field names in an entry. */
const MAX_FIELDS = 30;
/** A console's name for a person: printable, so that it can be shown anywhere. */
const ACTOR = /^[\x20-\x7e]{1,100}$/;

/** Whether a route is audited. @throws Error if it can change something and does not declare it. */
export function auditOf(method: string, url: string, audit: Audit | undefined): Audit | undefined {
  if (!CHANGING.has(method)) return undefined;
  if (audit === undefined) throw new Error(`${method} ${url} does not say whether it is audited`);
  return audit;
}

/** Records the calls of audited routes that changed something before they are answered; other routes pay nothing. */
export function auditChanges(server: FastifyInstance, deps: IngestDeps): void {
  server.decorateRequest('concerns', undefined);
  server.addHook('onRoute', (route) => {
    const { url, config, onSend } = route;
    const audit = config?.audit;
    if (audit === undefined || 'not' in audit) return;
    const isBy = {
      any: () => true,
      admin: ({ credential }: FastifyRequest) => credential === undefined,
      actor: (request: FastifyRequest) => request.credential === undefined && header(request, 'actor') !== undefined,
    }[audit.by ?? 'any'];
    const path = url.replace(/:(\w+)/g, '{$1}');
    const hook: NonNullable<typeof onSend> = (request, reply, payload, done) => {
      const isDone = reply.statusCode < 300 || request.concerns !== undefined;
      if (!isDone || !isBy(request)) return done(null, payload);
      const operation = `${request.method} ${path}`;
      record(deps, request, { action: audit.action, operation })
        .catch((error: Error) => deps.log.error({ reason: error.message, operation }, 'audit.not_written'))
        .finally(() => done(null, payload));
    };
    route.onSend = [onSend ?? [], hook].flat();
  });
}

async function record(
  { registry, now }: IngestDeps,
  request: FastifyRequest,
  named: Pick<AuditEntry, 'action' | 'operation'>,
): Promise<void> {
  const body = isPlain(request.body) ? request.body : {};
  const ids = idsOf(request, body);
  const appId = request.appId || (ids.appId === undefined ? undefined : await findAppId(registry, ids.appId));
  const actor = header(request, 'actor');
  const entry: AuditEntry = {
    at: now(),
    appId: appId === undefined ? ids.appId : publicAppId(appId),
    who: request.credential ?? 'admin',
    actor: request.credential === undefined && actor !== undefined && ACTOR.test(actor) ? actor : undefined,
    ...named,
    ids,
    fields: Object.keys(body)
      .filter((name) => body[name] !== undefined)
      .slice(0, MAX_FIELDS),
  };
  await writeAudit(registry, appId, entry);
}

/** What a call concerns: the ids in its path, query and body, the user it acts for, and what its handler has added. */
function idsOf(request: FastifyRequest, body: Record<string, unknown>): Record<string, string> {
  const { params, query, concerns } = request;
  const given = [body, { uid: header(request, 'onbehalfof') }, query, params].flatMap((part) =>
    Object.entries(part ?? {}).filter(([name]) => IDS.includes(name)),
  );
  const ids = [...given, ...Object.entries(concerns ?? {})];
  return Object.fromEntries(ids.filter((id): id is [string, string] => typeof id[1] === 'string'));
}

/** Whether a body was parsed from JSON: neither a stream nor bytes. */
const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
