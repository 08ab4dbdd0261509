import { listOf, Uid } from '@fanfare/core';
import { blockUsers, listBlocked, unblockUsers } from '@fanfare/store';
import { z } from 'zod';
import { admitUsers } from '../../accept/quotas.ts';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { SUCCESS, Success } from '../../http/fields.ts';
import { PageQuery, pageFrom, pageOf } from '../../http/pages.ts';

/** Keeps each request to one quick write. */
const MAX_UIDS = 1000;

const Params = z.object({ uid: Uid });
const Uids = z.object({ blockedUids: listOf(Uid, { min: 1, max: MAX_UIDS }) });
const Blocked = pageOf(z.object({ uid: z.string() }));

/** Routes for blocked users, for the chat backend. Neither user is notified of what the other does. */
export function blockedUserRoutes(server: Server, deps: IngestDeps): void {
  const { registry } = deps;
  const path = '/v3/users/:uid/blockedusers';
  const config = { access: 'manage', body: 'document' } as const;

  server.get(
    path,
    {
      config,
      schema: {
        summary: "List a user's blocked users",
        params: Params,
        querystring: PageQuery,
        response: { 200: Blocked.describe('A page of blocked users.') },
      },
    },
    async ({ appId, params, query }) => {
      const { items, meta } = pageFrom(await listBlocked(registry, appId, params.uid), (uid) => uid, query);
      return { data: items.map((uid) => ({ uid })), meta };
    },
  );

  server.post(
    path,
    {
      config: { ...config, audit: { action: 'Block users', by: 'admin' } },
      schema: {
        summary: 'Block users',
        params: Params,
        body: Uids,
        response: { 200: Success.describe('The users are blocked.') },
      },
    },
    async ({ appId, params, body }) => {
      await admitUsers(deps, appId, [params.uid]);
      await blockUsers(registry, appId, params.uid, body.blockedUids);
      return SUCCESS;
    },
  );

  server.delete(
    path,
    {
      config: { ...config, audit: { action: 'Unblock users', by: 'admin' } },
      schema: {
        summary: 'Unblock users',
        params: Params,
        body: Uids,
        response: { 200: Success.describe('The users are no longer blocked.') },
      },
    },
    async ({ appId, params, body }) => {
      await unblockUsers(registry, appId, params.uid, body.blockedUids);
      return SUCCESS;
    },
  );
}
