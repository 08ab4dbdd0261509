import { TimeZone } from '@fanfare/core';
import { readUser } from '@fanfare/store';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import { userOf } from '../../http/auth.ts';
import type { Server } from '../../http/fastify.ts';
import { OnBehalfOf } from '../../http/fields.ts';
import { requireApp } from '../../http/require-app.ts';
import { setTimeZone } from '../devices/push-tokens.ts';
import { PREFERENCE_PATHS } from './preferences.ts';

const ChangeTimeZone = z.object({ timezone: TimeZone.describe('IANA name or UTC offset, e.g. Asia/Tokyo or +05:30.') });
/** CometChat's SDK expects `success` beside the name. */
const Answer = z.object({ data: z.object({ success: z.literal(true), timezone: z.string() }) });

/** Routes for the time zone in which a user's schedule is read. */
export function timeZoneRoutes(server: Server, deps: IngestDeps): void {
  for (const path of PREFERENCE_PATHS) atPath(server, deps, `${path}/timezone`);
}

function atPath(server: Server, deps: IngestDeps, path: string): void {
  const { registry } = deps;
  const config = { access: 'user', body: 'small' } as const;
  const answer = (timezone: string) => ({ data: { success: true as const, timezone } });

  server.get(
    path,
    {
      config,
      schema: {
        summary: "Get a user's time zone",
        description: "Returns the app's time zone if the user has none.",
        querystring: OnBehalfOf,
        response: { 200: Answer.describe('The time zone in effect.') },
      },
    },
    async (request) => {
      const { appId } = request;
      const user = await readUser(registry, appId, userOf(request));
      return answer(user?.timezone ?? (await requireApp(deps, appId)).settings.timezone);
    },
  );

  server.patch(
    path,
    {
      config: { ...config, audit: { action: 'Change time zone', by: 'admin' } },
      schema: {
        summary: "Change a user's time zone",
        querystring: OnBehalfOf,
        body: ChangeTimeZone,
        response: { 200: Answer.describe('The new time zone.') },
      },
    },
    async (request) => {
      const { appId, body } = request;
      const { timezone } = body;
      const session = request.session?.session;
      await setTimeZone(deps, { appId, uid: userOf(request), session }, timezone);
      return answer(timezone);
    },
  );
}
