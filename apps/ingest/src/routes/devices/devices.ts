import { Uid } from '@fanfare/core';
import { listDevices, listSessions, readUser } from '@fanfare/store';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { unknownUser } from '../../http/fields.ts';
import { keyByTime, PageQuery, pageFrom, pageOf } from '../../http/pages.ts';
import { PushTokenView, viewPushToken } from './push-token-view.ts';

const Which = PageQuery.extend({
  state: z
    .enum(['active', 'quarantined'], { error: 'must be one of: active, quarantined' })
    .default('active')
    .describe('Default: active.'),
});

/** The route that lists a user's devices by state, for the chat backend. */
export function deviceRoutes(server: Server, { registry }: IngestDeps): void {
  server.get(
    '/v3/users/:uid/devices',
    {
      config: { access: 'manage' },
      schema: {
        summary: "List a user's devices, oldest first",
        description:
          'Push tokens that a provider reports as dead are removed, not kept, so `quarantined` has no entries.',
        params: z.object({ uid: Uid }),
        querystring: Which,
        response: { 200: pageOf(PushTokenView).describe('A page of devices.').describe('A page of devices.') },
      },
    },
    async ({ appId, params: { uid }, query }) => {
      const [user, devices, sessions] = await Promise.all([
        readUser(registry, appId, uid),
        listDevices(registry, appId, uid),
        listSessions(registry, appId, uid),
      ]);
      if (!user) throw unknownUser(uid);
      const wanted = query.state === 'active' ? devices : [];
      const { items, meta } = pageFrom(wanted, ({ createdAt, id }) => keyByTime(createdAt, id), query);
      return { data: items.map((device) => viewPushToken(uid, device, sessions)), meta };
    },
  );
}
