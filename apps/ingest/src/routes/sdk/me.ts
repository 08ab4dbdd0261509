import { FanfareError } from '@fanfare/core';
import { endSession, readUser } from '@fanfare/store';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import { loginOf } from '../../http/auth.ts';
import type { Server } from '../../http/fastify.ts';
import { SUCCESS, Success, seconds } from '../../http/fields.ts';
import { requireApp } from '../../http/require-app.ts';
import { publicHost } from './host.ts';
import { jwtKeyOf, signJwt } from './jwt.ts';
import { SdkSettings, sdkSettings } from './settings.ts';

/** The SDK says what it runs on; nothing of it is kept. */
const AboutClient = z.unknown().meta({ type: 'object' });

const Me = z.object({
  data: z.object({
    uid: z.string(),
    name: z.string(),
    avatar: z.string().optional(),
    status: z.enum(['online', 'offline']).describe('As the chat backend has told, else online.'),
    role: z.literal('default'),
    createdAt: z.number().describe('Epoch seconds.'),
    authToken: z.string().describe('The caller’s own, as it came.'),
    wsChannel: z.object({}).describe('Empty: there is no socket to listen on.'),
    jwt: z.string(),
    settings: SdkSettings,
  }),
});
const Jwt = z.object({
  data: z.object({ jwt: z.string().describe('HS256; `sub`: the uid, `app`; good for an hour.') }),
});

/** Login, logout and who one is, as CometChat's SDK wants it; for a person's device with its auth token. */
export function meRoutes(server: Server, deps: IngestDeps): void {
  const { registry, config: env, now } = deps;
  const config = { access: 'login', body: 'small' } as const;
  const key = jwtKeyOf(env.FANFARE_MASTER_KEY);

  const answer = async (request: FastifyRequest) => {
    const { appId } = request;
    const { uid, authToken } = loginOf(request);
    const [user, { region }] = await Promise.all([readUser(registry, appId, uid), requireApp(deps, appId)]);
    // Deleted since the caller was checked, and the login with the person.
    if (!user) throw new FanfareError('AUTH_ERR_AUTH_TOKEN_NOT_FOUND', 'authToken: has been revoked');
    const { name = uid, avatar, status = 'online', createdAt } = user;
    const host = publicHost(env, request);
    return {
      data: {
        uid,
        name,
        ...(avatar === undefined ? {} : { avatar }),
        status,
        role: 'default' as const,
        createdAt: seconds(createdAt),
        authToken,
        wsChannel: {},
        jwt: await signJwt(key, { uid, appId }, now()),
        settings: sdkSettings({ host, region, extensionDomain: env.EXTENSION_DOMAIN }, now()),
      },
    };
  };

  server.put('/v3/me', { config, schema: { summary: 'Log in', body: AboutClient, response: { 200: Me } } }, (request) =>
    answer(request),
  );

  server.get('/v3/me', { config, schema: { summary: 'Who one is', response: { 200: Me } } }, (request) =>
    answer(request),
  );

  server.delete(
    '/v3/me',
    {
      config,
      schema: {
        summary: 'Log out',
        description: 'Ends the login and drops its push tokens.',
        response: { 200: Success },
      },
    },
    async (request) => {
      const { uid, authToken } = loginOf(request);
      await endSession(registry, request.appId, uid, authToken);
      return SUCCESS;
    },
  );

  server.post(
    '/v3/user_sessions',
    {
      config,
      schema: {
        summary: 'What CometChat’s SDK tells of the device it runs on',
        description: 'Taken, and not kept.',
        body: AboutClient,
        response: { 200: Success },
      },
    },
    async () => SUCCESS,
  );

  server.post(
    '/v3/me/jwt',
    { config, schema: { summary: 'A signed word on who one is', body: AboutClient, response: { 200: Jwt } } },
    async (request) => {
      const { appId } = request;
      return { data: { jwt: await signJwt(key, { uid: loginOf(request).uid, appId }, now()) } };
    },
  );
}
