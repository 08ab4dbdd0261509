import { FanfareError, Uid } from '@fanfare/core';
import { createSession, endSession, listSessions } from '@fanfare/store';
import { z } from 'zod';
import type { IngestDeps } from '../deps.ts';
import { SUCCESS, Success, seconds } from '../fields.ts';
import type { Server } from '../server.ts';

const Params = z.object({ uid: Uid });
const NewToken = z.object({
  data: z.object({
    uid: z.string(),
    authToken: z.string().describe('The token itself, shown this once.'),
    createdAt: z.number().describe('Epoch seconds.'),
  }),
});
const Tokens = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      uid: z.string(),
      prefix: z.string().describe('The first characters of the token.'),
      createdAt: z.number().describe('Epoch seconds.'),
    }),
  ),
});

/** Auth tokens: one per login, minted by the chat backend for a person's device. */
export function authTokenRoutes(server: Server, deps: IngestDeps): void {
  const { registry } = deps;
  const config = { access: 'manage' as const };

  server.post(
    '/v3/users/:uid/auth_tokens',
    { config, schema: { params: Params, response: { 201: NewToken } } },
    async ({ appId, params }, reply) => {
      const { uid, authToken, createdAt } = await createSession(registry, appId, params.uid, deps.now());
      return reply.code(201).send({ data: { uid, authToken, createdAt: seconds(createdAt) } });
    },
  );

  server.get(
    '/v3/users/:uid/auth_tokens',
    { config, schema: { params: Params, response: { 200: Tokens } } },
    async ({ appId, params }) => {
      const sessions = await listSessions(registry, appId, params.uid);
      return {
        data: sessions.map(({ session, createdAt, ...rest }) => ({
          ...rest,
          id: session,
          createdAt: seconds(createdAt),
        })),
      };
    },
  );

  server.delete(
    '/v3/users/:uid/auth_tokens/:authToken',
    { config, schema: { params: Params.extend({ authToken: z.string() }), response: { 200: Success } } },
    async ({ appId, params }) => {
      if (!(await endSession(registry, appId, params.uid, params.authToken))) {
        throw new FanfareError('ERR_TOKEN_NOT_FOUND', 'authToken: the user has no such auth token');
      }
      return SUCCESS;
    },
  );
}
