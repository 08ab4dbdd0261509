import { FanfareError, Uid } from '@fanfare/core';
import { createSession, endSession, listSessions } from '@fanfare/store';
import { z } from 'zod';
import { admitUsers } from '../../accept/quotas.ts';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { SUCCESS, Success, seconds } from '../../http/fields.ts';
import { keyByTime, PageQuery, pageFrom, pageOf } from '../../http/pages.ts';

const Params = z.object({ uid: Uid });
const NewToken = z.object({
  data: z.object({
    uid: z.string(),
    authToken: z.string().describe('The token itself; shown only once.'),
    createdAt: z.number().describe('Epoch seconds.'),
  }),
});
const Tokens = pageOf(
  z.object({
    id: z.string(),
    uid: z.string(),
    prefix: z.string().describe('The first characters of the token.'),
    createdAt: z.number().describe('Epoch seconds.'),
  }),
);

/** Routes for auth tokens: one per session, created by the chat backend for a user's device. */
export function authTokenRoutes(server: Server, deps: IngestDeps): void {
  const { registry } = deps;
  const config = { access: 'manage', body: 'small' } as const;

  server.post(
    '/v3/users/:uid/auth_tokens',
    {
      config: { ...config, audit: { action: 'Create session', by: 'admin' } },
      schema: {
        summary: 'Create a session for a user',
        description:
          "Creates an auth token for one of the user's devices. The response is the only place where it is shown.",
        params: Params,
        response: { 201: NewToken.describe('The new auth token.') },
      },
    },
    async ({ appId, params }, reply) => {
      await admitUsers(deps, appId, [params.uid]);
      const { uid, authToken, createdAt } = await createSession(registry, appId, params.uid, deps.now());
      return reply.code(201).send({ data: { uid, authToken, createdAt: seconds(createdAt) } });
    },
  );

  server.get(
    '/v3/users/:uid/auth_tokens',
    {
      config,
      schema: {
        summary: "List a user's sessions, oldest first",
        params: Params,
        querystring: PageQuery,
        response: { 200: Tokens.describe('A page of sessions, without their auth tokens.') },
      },
    },
    async ({ appId, params, query }) => {
      const sessions = await listSessions(registry, appId, params.uid);
      const { items, meta } = pageFrom(sessions, ({ createdAt, session }) => keyByTime(createdAt, session), query);
      const data = items.map(({ session, createdAt, ...rest }) => ({
        ...rest,
        id: session,
        createdAt: seconds(createdAt),
      }));
      return { data, meta };
    },
  );

  server.delete(
    '/v3/users/:uid/auth_tokens/:authToken',
    {
      config: { ...config, audit: { action: 'End session', by: 'admin' } },
      schema: {
        summary: "End a user's session",
        description: 'Removes its push tokens too. Takes the auth token or the `id` in the list.',
        params: Params.extend({ authToken: z.string() }),
        response: { 200: Success.describe('The session has ended.') },
      },
    },
    async ({ appId, params }) => {
      if (!(await endSession(registry, appId, params.uid, params.authToken))) {
        throw new FanfareError('ERR_TOKEN_NOT_FOUND', 'authToken: the user has no such auth token');
      }
      return SUCCESS;
    },
  );
}
