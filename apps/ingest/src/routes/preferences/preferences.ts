import {
  allowedPart,
  badRequest,
  DndOption,
  effectivePreferences,
  GROUP_PREFERENCES,
  ONE_ON_ONE_PREFERENCES,
  type PreferenceRule,
  UserPreferencesPatch,
} from '@fanfare/core';
import { changePreferences, readPreferences, resetPreferences } from '@fanfare/store';
import { z } from 'zod';
import { admitUsers } from '../../accept/quotas.ts';
import type { IngestDeps } from '../../deps.ts';
import { userOf } from '../../http/auth.ts';
import type { Server } from '../../http/fastify.ts';
import { OnBehalfOf, OnBehalfOfStrictly } from '../../http/fields.ts';
import { requireApp } from '../../http/require-app.ts';

/** CometChat's REST API uses the first path and its SDK the second; both return the same. */
export const PREFERENCE_PATHS = ['/v3/notifications/v1/preferences', '/v3/notifications/push/v1/preferences'] as const;

/** The error for fields that the app does not let users set. */
export const notUserSettable = (fields: readonly string[]) =>
  badRequest(fields.map((field) => ({ field, problem: 'cannot be set by users of this app' })));

const chosen = (rules: Record<string, PreferenceRule>) =>
  z
    .object(Object.fromEntries(Object.values(rules).map(({ user, values }) => [user, oneOf(values)])))
    .describe('1: never, 2: always. Some also have 3 and 4, which are narrower.');
const oneOf = (values: readonly number[]) => z.literal([...values]);
const Day = z.object({
  from: z.number().describe('HHMM, inclusive.'),
  to: z.number().describe('HHMM, inclusive. Earlier than `from`: on the next day.'),
  dnd: z.boolean().describe('true: no notifications all day.'),
});
const Preferences = z.object({
  data: z.object({
    groupPreferences: chosen(GROUP_PREFERENCES),
    oneOnOnePreferences: chosen(ONE_ON_ONE_PREFERENCES),
    mutePreferences: z.object({
      dnd: oneOf(Object.values(DndOption)).describe('1: off, 2: on.'),
      until: z.number().optional().describe('When Do Not Disturb ends automatically, epoch ms.'),
      schedule: z.record(z.string(), Day).describe('When notifications are allowed, by day: monday to sunday.'),
    }),
    usePrivacyTemplate: z.boolean().describe('true: notifications hide the text of messages.'),
  }),
});

/** Routes for a user's preferences: the user's own choices where the app allows them, else the app's. */
export function preferenceRoutes(server: Server, deps: IngestDeps): void {
  for (const path of PREFERENCE_PATHS) atPath(server, deps, path);
}

function atPath(server: Server, deps: IngestDeps, path: string): void {
  const { registry } = deps;
  const config = { access: 'user', body: 'small' } as const;
  const response = { 200: Preferences.describe('The preferences in effect.') };

  const answer = async (appId: string, uid: string) => {
    const [{ settings }, own] = await Promise.all([requireApp(deps, appId), readPreferences(registry, appId, uid)]);
    return { data: effectivePreferences(settings.preferences, own, deps.now()) };
  };

  server.get(
    path,
    { config, schema: { summary: "Get a user's preferences", querystring: OnBehalfOf, response } },
    (request) => answer(request.appId, userOf(request)),
  );

  server.patch(
    path,
    {
      config: { ...config, audit: { action: 'Change preferences', by: 'admin' } },
      schema: {
        summary: "Change a user's preferences",
        description:
          'Merges the body into the stored preferences. Fields that the app does not let users set are ignored.',
        querystring: OnBehalfOfStrictly,
        body: UserPreferencesPatch,
        response,
      },
    },
    async (request) => {
      const { appId, body, query } = request;
      const uid = userOf(request);
      const { settings } = await requireApp(deps, appId);
      const { patch, refused } = allowedPart(settings.preferences, body);
      if (query.strict && refused.length > 0) throw notUserSettable(refused);
      // A session's user has a record.
      if (!request.session) await admitUsers(deps, appId, [uid]);
      await changePreferences(registry, appId, uid, patch, deps.now());
      return answer(appId, uid);
    },
  );

  server.delete(
    path,
    {
      config: { ...config, audit: { action: 'Reset preferences', by: 'admin' } },
      schema: { summary: "Reset a user's preferences to the app's defaults", querystring: OnBehalfOf, response },
    },
    async (request) => {
      const uid = userOf(request);
      await resetPreferences(registry, request.appId, uid);
      return answer(request.appId, uid);
    },
  );
}
