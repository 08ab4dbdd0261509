import { PLATFORMS, type Platform } from '@fanfare/core';
import { listDevices, removeDevices } from '@fanfare/store';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import { header, loginOf } from '../../http/auth.ts';
import type { Server } from '../../http/fastify.ts';
import { badField, SUCCESS, Success } from '../../http/fields.ts';
import { PushToken, registerPushToken } from './push-tokens.ts';

const PATH = '/v2/tokens';

const Register = z.object({
  fcmToken: PushToken.fcm.optional(),
  apnsToken: PushToken.device.optional(),
  voipToken: PushToken.voip.optional(),
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
  const config = { access: 'login' as const };

  server.post(
    PATH,
    { config, schema: { summary: 'Register push tokens (legacy)', body: Register, response: { 200: Success } } },
    async (request) => {
      const { appId, body } = request;
      const { uid, session } = loginOf(request);
      const tokens = tokensIn(body, header(request, 'resource'));
      if (tokens.length === 0) throw badField('fcmToken', 'is missing, and so are apnsToken and voipToken');
      for (const one of tokens) {
        await registerPushToken(deps, appId, uid, { ...one, providerId: 'default', session });
      }
      return SUCCESS;
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

/** What a body registers. That an FCM token is a browser's is told only by the SDK's name for the client. */
function tokensIn({ fcmToken, apnsToken, voipToken }: z.infer<typeof Register>, resource: string | undefined) {
  const platforms: [Platform, string | undefined][] = [
    [resource?.startsWith('WEB-') ? 'fcm_web' : 'fcm_android', fcmToken],
    ['apns_ios_device', apnsToken],
    ['apns_ios_voip', voipToken],
  ];
  return platforms.flatMap(([platform, token]) => (token === undefined ? [] : [{ platform, token }]));
}
