import { listOf, Uid } from '@fanfare/core';
import { blockUsers, createUser, listBlocked, unblockUsers } from '@fanfare/store';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { SUCCESS, Success } from '../../http/fields.ts';
import { PageQuery, pageFrom, pageOf } from '../../http/pages.ts';

/** So that one request is one quick write. */
const MAX_UIDS = 1000;

const Params = z.object({ uid: Uid });
const Uids = z.object({ blockedUids: listOf(Uid, { min: 1, max: MAX_UIDS }) });
const Blocked = pageOf(z.object({ uid: z.string() }));

/** Whom a person has blocked: neither is notified of what the other does. For the chat backend. */
export function blockedUserRoutes(server: Server, deps: IngestDeps): void {
  const { registry } = deps;
  const path = '/v3/users/:uid/blockedusers';
  const config = { access: 'manage', body: 'document' } as const;

  server.get(
    path,
    {
      config,
      schema: {
        summary: 'Whom a person has blocked',
        params: Params,
        querystring: PageQuery,
        response: { 200: Blocked },
      },
    },
    async ({ appId, params, query }) => {
      const { items, meta } = pageFrom(await listBlocked(registry, appId, params.uid), (uid) => uid, query);
      return { data: items.map((uid) => ({ uid })), meta };
    },
  );

  server.post(
    path,
    { config, schema: { summary: 'Block people', params: Params, body: Uids, response: { 200: Success } } },
    async ({ appId, params, body }) => {
      await createUser(registry, appId, params.uid, deps.now());
      await blockUsers(registry, appId, params.uid, body.blockedUids);
      return SUCCESS;
    },
  );

  server.delete(
    path,
    { config, schema: { summary: 'Unblock people', params: Params, body: Uids, response: { 200: Success } } },
    async ({ appId, params, body }) => {
      await unblockUsers(registry, appId, params.uid, body.blockedUids);
      return SUCCESS;
    },
  );
}
