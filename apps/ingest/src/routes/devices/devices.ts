import { FanfareError, Uid } from '@fanfare/core';
import { type Device, listDevices, listQuarantined, listSessions, readUser, restoreDevice } from '@fanfare/store';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { SUCCESS, Success, seconds, unknownUser } from '../../http/fields.ts';
import { header } from '../../http/header.ts';
import { keyByTime, PageQuery, pageFrom, pageOf } from '../../http/pages.ts';
import { PushTokenView, viewPushToken } from './push-token-view.ts';

const Which = PageQuery.extend({
  state: z
    .enum(['active', 'quarantined'], { error: 'must be one of: active, quarantined' })
    .default('active')
    .describe('Default: active.'),
});

const DeviceView = PushTokenView.extend({
  reason: z.string().optional().describe('In quarantine: why, in the word of the push service.'),
  quarantinedAt: z.number().optional().describe('In quarantine: since when, epoch seconds.'),
});

/** How much of a token someone sees who must not send with it: enough to tell two apart. */
const SHOWN_CHARS = 6;

const masked = (device: Device): Device => ({
  ...device,
  token: `…${device.token.length > 2 * SHOWN_CHARS ? device.token.slice(-SHOWN_CHARS) : ''}`,
});

/** Routes that list a user's devices by state and restore them, for the chat backend. */
export function deviceRoutes(server: Server, { registry, now }: IngestDeps): void {
  server.get(
    '/v3/users/:uid/devices',
    {
      config: { access: 'manage' },
      schema: {
        summary: "List a user's devices, oldest first",
        description:
          'Tokens that a push service reports as dead are in quarantine for 7 days; a new registration restores ' +
          'them. With the header `masktokens: 1`, each token is shown by its last six characters.',
        params: z.object({ uid: Uid }),
        querystring: Which,
        response: { 200: pageOf(DeviceView).describe('A page of devices.') },
      },
    },
    async (request) => {
      const { appId, params, query } = request;
      const { uid } = params;
      const isMasked = header(request, 'masktokens') !== undefined;
      const [user, devices, sessions] = await Promise.all([
        readUser(registry, appId, uid),
        listDevices(registry, appId, uid),
        listSessions(registry, appId, uid),
      ]);
      if (!user) throw unknownUser(uid);
      const aside = query.state === 'quarantined' ? await listQuarantined(registry, appId, uid, now()) : undefined;
      const { items, meta } = pageFrom(aside ?? devices, ({ createdAt, id }) => keyByTime(createdAt, id), query);
      const reasons = new Map(aside?.map(({ id, reason, quarantinedAt }) => [id, { reason, quarantinedAt }]));
      const view = (device: Device) => {
        const why = reasons.get(device.id);
        const shown = viewPushToken(uid, isMasked ? masked(device) : device, sessions);
        return why ? { ...shown, reason: why.reason, quarantinedAt: seconds(why.quarantinedAt) } : shown;
      };
      return { data: items.map(view), meta };
    },
  );

  server.post(
    '/v3/users/:uid/devices/:deviceId/restore',
    {
      config: { access: 'manage', body: 'small', audit: { action: 'Restore device' } },
      schema: {
        summary: 'Restore a push token in quarantine',
        params: z.object({ uid: Uid, deviceId: z.string().max(100) }),
        response: { 200: Success.describe('The token is used again.') },
      },
    },
    async ({ appId, params: { uid, deviceId } }) => {
      if (await restoreDevice(registry, appId, uid, deviceId, now())) return SUCCESS;
      throw new FanfareError('ERR_TOKEN_NOT_FOUND', 'deviceId: the user has no such push token in quarantine');
    },
  );
}
