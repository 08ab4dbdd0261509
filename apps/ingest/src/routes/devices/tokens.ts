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
 * CometChat's shape; unknown fields are ignored. Its older SDKs write `fcm_iOS`. What the token can do without does not
 * veto it: a bad time zone is ignored, as are tokens that are not of the platform's kind.
 */
const Register = z.object({
  platform: z
    .string()
    .toLowerCase()
    .pipe(z.enum(platforms, { error: `must be one of: ${platforms.join(', ')}` })),
  providerId: orAbsent(z.string().max(100)).describe('Default: default.'),
  fcmToken: optionalText('The token, for platforms of FCM.'),
  deviceToken: optionalText('The token for alerts, for platforms of APNs: hex in any spelling.'),
  voipToken: optionalText('The token for calls (PushKit), for platforms of APNs.'),
  timezone: optionalText('IANA name or UTC offset; one that is not known is ignored, and `ignored` says so.'),
  uid: orAbsent(Uid).describe('On behalf of whom; for API keys.'),
  authToken: orAbsent(z.string().max(1000)).describe('The login the token belongs to; for API keys.'),
});
type Register = z.infer<typeof Register>;

const TOKEN_FIELD: Record<TokenKind, 'fcmToken' | 'deviceToken' | 'voipToken'> = {
  fcm: 'fcmToken',
  device: 'deviceToken',
  voip: 'voipToken',
};

/** CometChat prints `?all=&authToken=` (docs/rules/cometchat.md#rest). */
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

/** Push tokens: registered by a person's device with its auth token, or by the backend on their behalf. */
export function tokenRoutes(server: Server, deps: IngestDeps): void {
  const { registry } = deps;
  const config = { access: 'user', body: 'small' } as const;

  server.post(
    PATH,
    { config, schema: { summary: 'Register a push token', body: Register, response: { 200: SuccessWithIgnored } } },
    async (request) => {
      const { appId, body } = request;
      const uid = personOf(request, body.uid);
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

/** The token of the platform's kind, and those of other kinds, which are ignored. @throws FanfareError without one. */
function tokensIn(body: Register): { token: string; others: OptionalField<string>[] } {
  const { kind } = PLATFORMS[body.platform];
  const field = TOKEN_FIELD[kind];
  const token = readOptional(field, PushToken[kind], body[field]);
  if (token.kind === 'absent') throw badField(field, `is needed for ${body.platform}`);
  if (token.kind === 'ignored') throw badField(field, token.problem);
  const problem = `is not of ${body.platform}; register it with its own platform`;
  const others = Object.values(TOKEN_FIELD)
    .filter((other) => other !== field && (body[other] ?? '') !== '')
    .map((other) => ({ kind: 'ignored' as const, field: other, problem }));
  return { token: token.value, others };
}

/** A token of one push service with a credential of another would never be sent to. */
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
  if (other) throw badField('providerId', `"${providerId}" is of ${other}, the platform of ${kind}`);
  throw new FanfareError('ERR_PROVIDER_NOT_FOUND', `providerId: there is no ${kind} provider "${providerId}"`);
}
