import { FanfareError } from '@fanfare/core';
import { endSession, readUser } from '@fanfare/store';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import { callerSession } from '../../http/auth.ts';
import type { Server } from '../../http/fastify.ts';
import { SUCCESS, Success, seconds } from '../../http/fields.ts';
import { requireApp } from '../../http/require-app.ts';
import { publicHost } from './host.ts';
import { jwtKeyOf, signJwt } from './jwt.ts';
import { SdkSettings, sdkSettings } from './settings.ts';

/** The SDK describes its device here; the content is ignored. */
const AboutClient = z.unknown().meta({ type: 'object' });

const Me = z.object({
  data: z.object({
    uid: z.string(),
    name: z.string(),
    avatar: z.string().optional(),
    status: z.enum(['online', 'offline']).describe('As reported by the chat backend; online by default.'),
    role: z.literal('default'),
    createdAt: z.number().describe('Epoch seconds.'),
    authToken: z.string().describe('The auth token of this request.'),
    wsChannel: z.object({}).describe('Always empty: there is no WebSocket.'),
    jwt: z.string(),
    settings: SdkSettings,
  }),
});
const Jwt = z.object({
  data: z.object({ jwt: z.string().describe('HS256 with the claims `sub` (the uid) and `app`; valid for an hour.') }),
});

/** Routes CometChat's SDK uses to log in and out and to get the current user. Require an auth token. */
export function meRoutes(server: Server, deps: IngestDeps): void {
  const { registry, config: env, now } = deps;
  const config = { access: 'session', body: 'small', audit: { not: 'only devices call it' }, grows: false } as const;
  const key = jwtKeyOf(env.FANFARE_MASTER_KEY);

  const answer = async (request: FastifyRequest) => {
    const { appId } = request;
    const { uid, authToken } = callerSession(request);
    const [user, { region }] = await Promise.all([readUser(registry, appId, uid), requireApp(deps, appId)]);
    // The user was deleted after authentication, along with the session.
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

  server.put(
    '/v3/me',
    {
      config,
      schema: {
        summary: 'Log in',
        body: AboutClient,
        response: { 200: Me.describe('The current user, with a new JWT.') },
      },
    },
    (request) => answer(request),
  );

  server.get(
    '/v3/me',
    {
      config,
      schema: {
        summary: 'Get the current user',
        response: { 200: Me.describe('The current user, with a new JWT.') },
      },
    },
    (request) => answer(request),
  );

  server.delete(
    '/v3/me',
    {
      config,
      schema: {
        summary: 'Log out',
        description: 'Ends the session and removes its push tokens.',
        response: { 200: Success.describe('The session has ended.') },
      },
    },
    async (request) => {
      const { uid, authToken } = callerSession(request);
      await endSession(registry, request.appId, uid, authToken);
      return SUCCESS;
    },
  );

  server.post(
    '/v3/user_sessions',
    {
      config,
      schema: {
        summary: 'Send information about the device',
        description: 'Sent by CometChat’s SDK. Accepted and ignored.',
        body: AboutClient,
        response: { 200: Success.describe('The request was ignored.') },
      },
    },
    async () => SUCCESS,
  );

  server.post(
    '/v3/me/jwt',
    {
      config,
      schema: {
        summary: 'Issue a JWT for the current user',
        body: AboutClient,
        response: { 200: Jwt.describe('The signed JWT.') },
      },
    },
    async (request) => {
      const { appId } = request;
      return { data: { jwt: await signJwt(key, { uid: callerSession(request).uid, appId }, now()) } };
    },
  );
}
