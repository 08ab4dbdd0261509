import {
  canonicalToken,
  FanfareError,
  PLATFORMS,
  type Platform,
  providerKindOf,
  TimeZone,
  type TokenKind,
  Uid,
} from '@fanfare/core';
import { findSession, kindsOfProvider, listDevices, listSessions, removeDevices, sessionOf } from '@fanfare/store';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import { personOf } from '../../http/auth.ts';
import type { Server } from '../../http/fastify.ts';
import { badField, OnBehalfOf, SUCCESS, Success } from '../../http/fields.ts';
import { PushTokenView, viewPushToken } from './push-token-view.ts';
import { PushToken, registerPushToken, setTimeZone } from './push-tokens.ts';

const PATH = '/v3/notifications/push/v1/tokens';

const platforms = Object.keys(PLATFORMS) as [Platform, ...Platform[]];

/** CometChat's shape; unknown fields are passed over. Its older SDKs write `fcm_iOS`. */
const Register = z.object({
  platform: z
    .string()
    .toLowerCase()
    .pipe(z.enum(platforms, { error: `must be one of: ${platforms.join(', ')}` })),
  providerId: z.string().min(1).max(100).default('default'),
  fcmToken: PushToken.fcm.optional(),
  deviceToken: PushToken.device.optional(),
  voipToken: PushToken.voip.optional(),
  timezone: TimeZone.optional(),
  uid: Uid.optional().describe('On behalf of whom; for API keys.'),
  authToken: z.string().max(1000).optional().describe('The login the token belongs to; for API keys.'),
});
type Register = z.infer<typeof Register>;

const TOKEN_FIELD: Record<TokenKind, 'fcmToken' | 'deviceToken' | 'voipToken'> = {
  fcm: 'fcmToken',
  device: 'deviceToken',
  voip: 'voipToken',
};

/** CometChat prints `?all=&authToken=` (docs/rules/cometchat.md#rest): what is empty is not given. */
const orEmpty = <T extends z.ZodType>(given: T) =>
  z
    .literal('')
    .transform(() => undefined)
    .or(given);
const Which = z.object({
  uid: Uid.optional(),
  all: orEmpty(z.stringbool()).default(false),
  authToken: orEmpty(z.string()).optional(),
});
const Unregister = z.object({ uid: Uid.optional(), authToken: z.string().max(1000).optional() }).nullish();
const Listed = z.object({
  data: z.object({
    pushTokens: z.array(PushTokenView),
  }),
});

/** Push tokens: registered by a person's device with its auth token, or by the backend on their behalf. */
export function tokenRoutes(server: Server, deps: IngestDeps): void {
  const { registry } = deps;
  const config = { access: 'user' as const };

  server.post(
    PATH,
    { config, schema: { summary: 'Register a push token', body: Register, response: { 200: Success } } },
    async (request) => {
      const { appId, body } = request;
      const uid = personOf(request, body.uid);
      await checkProvider(deps, appId, body);
      const session = await sessionFor(deps, request, uid, body.authToken);
      const { platform, providerId } = body;
      await registerPushToken(deps, appId, uid, { token: tokenIn(body), platform, providerId, session });
      if (body.timezone !== undefined) await setTimeZone(deps, { appId, uid, session }, body.timezone);
      return SUCCESS;
    },
  );

  server.get(
    PATH,
    {
      config,
      schema: {
        summary: "A person's push tokens",
        description: 'Of one login, or with `all` of every one.',
        querystring: Which,
        response: { 200: Listed },
      },
    },
    async (request) => {
      const { appId, query } = request;
      const uid = personOf(request);
      const session = await sessionFor(deps, request, uid, query.authToken);
      const [devices, sessions] = await Promise.all([
        listDevices(registry, appId, uid),
        listSessions(registry, appId, uid),
      ]);
      const wanted = devices.filter((device) => query.all || session === undefined || device.session === session);
      return { data: { pushTokens: wanted.map((device) => viewPushToken(uid, device, sessions)) } };
    },
  );

  server.delete(
    PATH,
    {
      config,
      schema: {
        summary: "Remove a person's push tokens",
        description: 'Of one login, or with `all` of every one.',
        querystring: Which,
        body: Unregister,
        response: { 200: Success },
      },
    },
    async (request) => {
      const { appId, query, body } = request;
      const uid = personOf(request, body?.uid);
      const session = await sessionFor(deps, request, uid, body?.authToken ?? query.authToken);
      if (session === undefined && !query.all) {
        throw badField('authToken', 'is missing; or say all=true for every token of the user');
      }
      await removeDevices(registry, appId, uid, (device) => query.all || device.session === session);
      return SUCCESS;
    },
  );

  server.delete(
    `${PATH}/:pushToken`,
    {
      config,
      schema: {
        summary: 'Remove a push token',
        description:
          'Of the login that is named, or of any where none is. An APNs token may be in either case, and in brackets.',
        params: z.object({ pushToken: z.string().max(4096) }),
        querystring: OnBehalfOf,
        body: Unregister,
        response: { 200: Success },
      },
    },
    async (request) => {
      const { appId, body, params } = request;
      const uid = personOf(request, body?.uid);
      const session = await sessionFor(deps, request, uid, body?.authToken);
      const removed = await removeDevices(
        registry,
        appId,
        uid,
        ({ token, platform, session: of }) =>
          token === canonicalToken(platform, params.pushToken) && (session === undefined || of === session),
      );
      if (removed === 0) throw new FanfareError('ERR_TOKEN_NOT_FOUND', 'pushToken: the user has no such push token');
      return SUCCESS;
    },
  );
}

/** The login a request is about: the caller's own, or the one an API key names; undefined when it names none. */
async function sessionFor(
  { registry }: IngestDeps,
  { appId, session }: FastifyRequest,
  uid: string,
  authToken: string | undefined,
): Promise<string | undefined> {
  if (session) {
    if (authToken === undefined || sessionOf(authToken) === session.session) return session.session;
    throw new FanfareError('AUTH_ERR_NO_ACCESS', 'authToken: a login speaks for itself only');
  }
  if (authToken === undefined) return undefined;
  const named = await findSession(registry, appId, authToken);
  if (named?.uid !== uid) throw badField('authToken', 'is not one of this user');
  return sessionOf(authToken);
}

function tokenIn(body: Register): string {
  const field = TOKEN_FIELD[PLATFORMS[body.platform].kind];
  const token = body[field];
  if (token === undefined) throw badField(field, `is needed for ${body.platform}`);
  return token;
}

/** A token of one push service with a credential of another would never be sent to. */
async function checkProvider({ registry }: IngestDeps, appId: string, { platform, providerId }: Register) {
  if (providerId === 'default') return;
  const kind = providerKindOf(platform);
  const kinds = await kindsOfProvider(registry, appId, providerId);
  if (kinds.includes(kind)) return;
  const [other] = kinds;
  if (other) throw badField('providerId', `"${providerId}" is of ${other}, the platform of ${kind}`);
  throw new FanfareError('ERR_PROVIDER_NOT_FOUND', `providerId: there is no ${kind} provider "${providerId}"`);
}
