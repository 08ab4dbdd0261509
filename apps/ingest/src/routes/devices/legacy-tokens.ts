import { PLATFORMS, type Platform } from '@fanfare/core';
import { listDevices, removeDevices } from '@fanfare/store';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import { callerSession } from '../../http/auth.ts';
import { bySchema } from '../../http/by-schema.ts';
import type { Server } from '../../http/fastify.ts';
import { badField, SUCCESS, Success } from '../../http/fields.ts';
import { header } from '../../http/header.ts';
import {
  type OptionalField,
  optionalText,
  readOptional,
  SuccessWithIgnored,
  successWith,
} from '../../http/optional-field.ts';
import { PushToken, registerPushToken } from './push-tokens.ts';

const PATH = '/v2/tokens';

/** Each token is registered on its own; an invalid one does not affect the others. */
const Register = z.object({
  fcmToken: optionalText('FCM token.'),
  apnsToken: optionalText('APNs token for alerts.'),
  voipToken: optionalText('APNs token for calls (PushKit).'),
});
const Which = z
  .object({
    all: z.boolean().default(false).describe('true: tokens of all sessions of the user; false: of this session.'),
  })
  .nullish();
const Listed = z.object({
  data: z.object({ ios: z.array(z.string()), web: z.array(z.string()), android: z.array(z.string()) }),
});

/**
 * Push token routes of CometChat's older extension (docs/rules/cometchat.md#legacy-tokens), which its SDK calls at
 * `push-notification-REGION.EXTENSION_DOMAIN`. They share the tokens of the current path and use the default provider.
 */
export function legacyTokenRoutes(server: Server, deps: IngestDeps): void {
  const { registry } = deps;
  const config = { access: 'session', body: 'small', audit: { not: 'only devices call it' } } as const;

  server.post(
    PATH,
    {
      config,
      schema: {
        summary: 'Register push tokens (legacy)',
        body: Register,
        response: { 200: SuccessWithIgnored.describe('The valid tokens have been registered.') },
      },
      serializerCompiler: bySchema,
    },
    async (request) => {
      const { appId, body } = request;
      const { uid, session } = callerSession(request);
      const fields = tokensIn(body, header(request, 'resource'));
      if (!fields.some(({ token }) => token.kind === 'given')) throw noToken(fields);
      for (const { platform, token } of fields) {
        if (token.kind !== 'given') continue;
        await registerPushToken(deps, appId, uid, { platform, token: token.value, providerId: 'default', session });
      }
      return successWith(fields.map(({ token }) => token));
    },
  );

  server.get(
    PATH,
    {
      config,
      schema: {
        summary: "List the current user's push tokens (legacy)",
        response: { 200: Listed.describe('The tokens by operating system.') },
      },
    },
    async (request) => {
      const devices = await listDevices(registry, request.appId, callerSession(request).uid);
      const of = (os: 'ios' | 'web' | 'android') =>
        devices.filter(({ platform }) => PLATFORMS[platform].os === os).map(({ token }) => token);
      return { data: { ios: of('ios'), web: of('web'), android: of('android') } };
    },
  );

  server.delete(
    PATH,
    {
      config,
      schema: {
        summary: 'Delete push tokens (legacy)',
        body: Which,
        response: { 200: Success.describe('The tokens have been deleted.') },
      },
      serializerCompiler: bySchema,
    },
    async (request) => {
      const { uid, session } = callerSession(request);
      const all = request.body?.all === true;
      await removeDevices(registry, request.appId, uid, (device) => all || device.session === session);
      return SUCCESS;
    },
  );
}

interface TokenField {
  platform: Platform;
  token: OptionalField<string>;
}

/** The tokens in a body. Only the SDK's `resource` header tells whether an FCM token belongs to a browser. */
function tokensIn(body: z.infer<typeof Register>, resource: string | undefined): TokenField[] {
  const fcm = resource?.startsWith('WEB-') ? 'fcm_web' : 'fcm_android';
  return [
    { platform: fcm, token: readOptional('fcmToken', PushToken.fcm, body.fcmToken) },
    { platform: 'apns_ios_device', token: readOptional('apnsToken', PushToken.device, body.apnsToken) },
    { platform: 'apns_ios_voip', token: readOptional('voipToken', PushToken.voip, body.voipToken) },
  ];
}

/** The error for a body without a valid token. */
function noToken(fields: readonly TokenField[]): Error {
  for (const { token } of fields) if (token.kind === 'ignored') return badField(token.field, token.problem);
  return badField('fcmToken', 'is missing, as are apnsToken and voipToken');
}
