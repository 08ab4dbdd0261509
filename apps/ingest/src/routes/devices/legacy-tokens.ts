import { PLATFORMS, type Platform } from '@fanfare/core';
import { listDevices, removeDevices } from '@fanfare/store';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import { header, loginOf } from '../../http/auth.ts';
import type { Server } from '../../http/fastify.ts';
import { badField, SUCCESS, Success } from '../../http/fields.ts';
import {
  type OptionalField,
  optionalText,
  readOptional,
  SuccessWithIgnored,
  successWith,
} from '../../http/optional-field.ts';
import { PushToken, registerPushToken } from './push-tokens.ts';

const PATH = '/v2/tokens';

/** Each for itself: one that is not usable does not cost the others. */
const Register = z.object({
  fcmToken: optionalText('Of FCM.'),
  apnsToken: optionalText('Of APNs, for alerts.'),
  voipToken: optionalText('Of APNs, for calls.'),
});
const Which = z
  .object({ all: z.boolean().default(false).describe('true: of every login of the user; false: of the caller’s own.') })
  .nullish();
const Listed = z.object({
  data: z.object({ ios: z.array(z.string()), web: z.array(z.string()), android: z.array(z.string()) }),
});

/**
 * Push tokens as CometChat's older extension takes them (docs/rules/cometchat.md#legacy-tokens); its SDK comes here by
 * another host, `push-notification-REGION.EXTENSION_DOMAIN`. The tokens are the same as on the path of today, with the
 * default provider.
 */
export function legacyTokenRoutes(server: Server, deps: IngestDeps): void {
  const { registry } = deps;
  const config = { access: 'login', body: 'small' } as const;

  server.post(
    PATH,
    {
      config,
      schema: { summary: 'Register push tokens (legacy)', body: Register, response: { 200: SuccessWithIgnored } },
    },
    async (request) => {
      const { appId, body } = request;
      const { uid, session } = loginOf(request);
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
    { config, schema: { summary: 'The push tokens of a user (legacy)', response: { 200: Listed } } },
    async (request) => {
      const devices = await listDevices(registry, request.appId, loginOf(request).uid);
      const of = (os: 'ios' | 'web' | 'android') =>
        devices.filter(({ platform }) => PLATFORMS[platform].os === os).map(({ token }) => token);
      return { data: { ios: of('ios'), web: of('web'), android: of('android') } };
    },
  );

  server.delete(
    PATH,
    { config, schema: { summary: 'Remove push tokens (legacy)', body: Which, response: { 200: Success } } },
    async (request) => {
      const { uid, session } = loginOf(request);
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

/** What a body registers. That an FCM token is a browser's is told only by the SDK's name for the client. */
function tokensIn(body: z.infer<typeof Register>, resource: string | undefined): TokenField[] {
  const fcm = resource?.startsWith('WEB-') ? 'fcm_web' : 'fcm_android';
  return [
    { platform: fcm, token: readOptional('fcmToken', PushToken.fcm, body.fcmToken) },
    { platform: 'apns_ios_device', token: readOptional('apnsToken', PushToken.device, body.apnsToken) },
    { platform: 'apns_ios_voip', token: readOptional('voipToken', PushToken.voip, body.voipToken) },
  ];
}

/** The error of a body without a usable token. */
function noToken(fields: readonly TokenField[]): Error {
  for (const { token } of fields) if (token.kind === 'ignored') return badField(token.field, token.problem);
  return badField('fcmToken', 'is missing, and so are apnsToken and voipToken');
}
