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
import { userOf } from '../../http/auth.ts';
import { bySchema } from '../../http/by-schema.ts';
import type { Server } from '../../http/fastify.ts';
import { badField, OnBehalfOf, orAbsent, SUCCESS, Success } from '../../http/fields.ts';
import {
  type OptionalField,
  optionalText,
  readOptional,
  SuccessWithIgnored,
  successWith,
} from '../../http/optional-field.ts';
import { PushTokenView, viewPushToken } from './push-token-view.ts';
import { PushToken, registerPushToken, setTimeZone } from './push-tokens.ts';

const PATH = '/v3/notifications/push/v1/tokens';

const platforms = Object.keys(PLATFORMS) as [Platform, ...Platform[]];

/**
 * CometChat's shape; its older SDKs write `fcm_iOS`. Unknown fields are ignored. An invalid optional field does not
 * reject the token: a bad time zone is ignored, as are tokens for other platforms.
 */
const Register = z.object({
  platform: z
    .string()
    .toLowerCase()
    .pipe(z.enum(platforms, { error: `must be one of: ${platforms.join(', ')}` })),
  providerId: orAbsent(z.string().max(100)).describe('Default: default.'),
  fcmToken: optionalText('The token for FCM platforms.'),
  deviceToken: optionalText('The token for alerts on APNs platforms: hex in any spelling.'),
  voipToken: optionalText('The token for calls (PushKit) on APNs platforms.'),
  timezone: optionalText('IANA name or UTC offset. An unknown one is ignored and listed in `ignored`.'),
  uid: orAbsent(Uid).describe('uid of the user to act for; API keys only.'),
  authToken: orAbsent(z.string().max(1000)).describe(
    'Auth token of the session the push token belongs to; API keys only.',
  ),
});
type Register = z.infer<typeof Register>;

const TOKEN_FIELD: Record<TokenKind, 'fcmToken' | 'deviceToken' | 'voipToken'> = {
  fcm: 'fcmToken',
  device: 'deviceToken',
  voip: 'voipToken',
};

/** CometChat's documentation has `?all=&authToken=` (docs/rules/cometchat.md#rest). */
const Which = z.object({
  uid: Uid.optional(),
  all: orAbsent(z.stringbool()),
  authToken: orAbsent(z.string()),
});
const Unregister = z.object({ uid: orAbsent(Uid), authToken: orAbsent(z.string().max(1000)) }).nullish();
const Listed = z.object({
  data: z.object({
    pushTokens: z.array(PushTokenView),
  }),
});

/** Routes for push tokens, called by a device with its auth token or by the backend on behalf of a user. */
export function tokenRoutes(server: Server, deps: IngestDeps): void {
  const { registry } = deps;
  const config = { access: 'user', body: 'small' } as const;

  server.post(
    PATH,
    {
      config: { ...config, audit: { action: 'Register push token', by: 'admin' } },
      schema: {
        summary: 'Register a push token',
        body: Register,
        response: { 200: SuccessWithIgnored.describe('The token has been registered.') },
      },
      serializerCompiler: bySchema,
    },
    async (request) => {
      const { appId, body } = request;
      const uid = userOf(request, body.uid);
      const { platform, providerId = 'default' } = body;
      const { token, others } = tokensIn(body);
      await checkProvider(deps, appId, { platform, providerId });
      const session = await sessionFor(deps, request, uid, body.authToken);
      await registerPushToken(deps, appId, uid, { token, platform, providerId, session });
      const timezone = readOptional('timezone', TimeZone, body.timezone);
      if (timezone.kind === 'given') await setTimeZone(deps, { appId, uid, session }, timezone.value);
      return successWith([...others, timezone]);
    },
  );

  server.get(
    PATH,
    {
      config,
      schema: {
        summary: "List a user's push tokens",
        description: "Lists one session's tokens; with `all`, those of every session.",
        querystring: Which,
        response: { 200: Listed.describe('The push tokens.') },
      },
    },
    async (request) => {
      const { appId, query } = request;
      const uid = userOf(request);
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
      config: { ...config, audit: { action: 'Delete push tokens', by: 'admin' } },
      schema: {
        summary: "Delete a user's push tokens",
        description: "Deletes one session's tokens; with `all`, those of every session.",
        querystring: Which,
        body: Unregister,
        response: { 200: Success.describe('The tokens have been deleted.') },
      },
      serializerCompiler: bySchema,
    },
    async (request) => {
      const { appId, query, body } = request;
      const uid = userOf(request, body?.uid);
      const session = await sessionFor(deps, request, uid, body?.authToken ?? query.authToken);
      if (session === undefined && !query.all) {
        throw badField('authToken', 'is missing; or use all=true to delete every token of the user');
      }
      await removeDevices(registry, appId, uid, (device) => query.all || device.session === session);
      return SUCCESS;
    },
  );

  server.delete(
    `${PATH}/:pushToken`,
    {
      config: { ...config, audit: { action: 'Delete push token', by: 'admin' } },
      schema: {
        summary: 'Delete a push token',
        description:
          'Deletes it from the given session, or from any if none is given. APNs tokens match in any spelling.',
        params: z.object({ pushToken: z.string().max(4096) }),
        querystring: OnBehalfOf,
        body: Unregister,
        response: { 200: Success.describe('The token has been deleted.') },
      },
      serializerCompiler: bySchema,
    },
    async (request) => {
      const { appId, body, params } = request;
      const uid = userOf(request, body?.uid);
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

/** The session a request concerns: the caller's own, or the one an API key names; undefined if it names none. */
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

/** The token for the platform, and those for others, which are ignored. @throws FanfareError if it is missing. */
function tokensIn(body: Register): { token: string; others: OptionalField<string>[] } {
  const { kind } = PLATFORMS[body.platform];
  const field = TOKEN_FIELD[kind];
  const token = readOptional(field, PushToken[kind], body[field]);
  if (token.kind === 'absent') throw badField(field, `is required for ${body.platform}`);
  if (token.kind === 'ignored') throw badField(field, token.problem);
  const problem = `is not a token for ${body.platform}; register it with its own platform`;
  const others = Object.values(TOKEN_FIELD)
    .filter((other) => other !== field && (body[other] ?? '') !== '')
    .map((other) => ({ kind: 'ignored' as const, field: other, problem }));
  return { token: token.value, others };
}

/** Rejects a credential of another push service: nothing would ever be sent to the token. */
async function checkProvider(
  { registry }: IngestDeps,
  appId: string,
  { platform, providerId }: { platform: Platform; providerId: string },
) {
  if (providerId === 'default') return;
  const kind = providerKindOf(platform);
  const kinds = await kindsOfProvider(registry, appId, providerId);
  if (kinds.includes(kind)) return;
  const [other] = kinds;
  if (other) throw badField('providerId', `"${providerId}" is for ${other}, but the platform is for ${kind}`);
  throw new FanfareError('ERR_PROVIDER_NOT_FOUND', `providerId: there is no ${kind} provider "${providerId}"`);
}
