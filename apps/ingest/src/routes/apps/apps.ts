import { AppId, FanfareError, newAppId, publicAppId } from '@fanfare/core';
import { recordErasure } from '@fanfare/ledger';
import { type App, changeApp, createApp, deleteApp, listApps } from '@fanfare/store';
import { z } from 'zod';
import { MOST } from '../../config.ts';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { SUCCESS, Success, seconds } from '../../http/fields.ts';
import { pageOf, StrictPageQuery } from '../../http/pages.ts';
import { requireApp, requireAppId, unknownApp } from '../../http/require-app.ts';

const quotaFields = <T extends z.ZodType>(quota: (most: number) => T) =>
  z.strictObject({
    users: quota(MOST.users).describe('Users with a record.'),
    groups: quota(MOST.groups),
    members: quota(MOST.members).describe('Memberships, over all groups.'),
    devicesPerUser: quota(MOST.devicesPerUser).describe('Push tokens per user.'),
    openEvents: quota(MOST.openEvents).describe('Open events other than calls.'),
    openCalls: quota(MOST.openCalls).describe('Open calls.'),
    openMegabytes: quota(MOST.openMegabytes).describe('Size of the open events, and of the open calls.'),
  });

const AppView = z.object({
  appId: z.string(),
  name: z.string(),
  region: z.string(),
  pushEnabled: z.boolean(),
  quotas: quotaFields(() => z.number().optional()).describe('Quotas of this app; for all others the defaults apply.'),
  createdAt: z.number().describe('Epoch seconds.'),
});

const name = z.string().min(1).max(255);
const region = z.string().regex(/^[a-z0-9-]{1,20}$/, 'must be 1 to 20 characters of a-z, 0-9 and "-"');
const CreateApp = z.strictObject({ appId: AppId, name: name.optional(), region: region.default('us') });
const ChangeApp = z.strictObject({
  name: name.optional(),
  region: region.optional(),
  pushEnabled: z.boolean().optional().describe('false: nothing is sent for this app.'),
  quotas: quotaFields((most) => z.number().int().min(1).max(most).nullish())
    .optional()
    .describe('Merged with the quotas set before; `null` restores the default.'),
});
const Params = z.object({ appId: AppId });
const One = z.object({ data: AppView });

/** Routes for apps, for the operator. */
export function appRoutes(server: Server, deps: IngestDeps): void {
  const { registry } = deps;

  server.post(
    '/v3/apps',
    {
      config: { access: 'admin', body: 'small', audit: { action: 'Create app' } },
      schema: { summary: 'Create an app', body: CreateApp, response: { 201: One.describe('The new app.') } },
    },
    async ({ body }, reply) => {
      const { appId, name: given, region: where } = body;
      const app = {
        appId: newAppId(appId, deps.random),
        name: given ?? appId,
        region: where,
        pushEnabled: true,
        createdAt: deps.now(),
      };
      if (!(await createApp(registry, app))) {
        throw new FanfareError('ERR_APP_ALREADY_EXISTS', `appId: the app "${appId}" already exists`);
      }
      return reply.code(201).send({ data: view({ ...app, quotas: {} }) });
    },
  );

  server.get(
    '/v3/apps',
    {
      config: { access: 'admin' },
      schema: {
        summary: 'List all apps, ordered by id',
        querystring: StrictPageQuery,
        response: { 200: pageOf(AppView).describe('A page of apps.') },
      },
    },
    async ({ query: { limit, cursor } }) => {
      const apps = await listApps(registry, { after: cursor, limit: limit + 1 });
      const data = apps.slice(0, limit).map(view);
      return { data, meta: apps.length > limit ? { cursor: data.at(-1)?.appId } : {} };
    },
  );

  server.get(
    '/v3/apps/:appId',
    {
      config: { access: 'admin' },
      schema: { summary: 'Get an app', params: Params, response: { 200: One.describe('The app.') } },
    },
    async ({ params }) => ({
      data: view(await requireApp(deps, await requireAppId(deps, params.appId))),
    }),
  );

  server.patch(
    '/v3/apps/:appId',
    {
      // Switching an app off must work while Redis is full.
      config: { access: 'admin', body: 'small', grows: false, audit: { action: 'Change app' } },
      schema: {
        summary: 'Change an app',
        params: Params,
        body: ChangeApp,
        response: { 200: One.describe('The app after the change.') },
      },
    },
    async ({ params, body }) => {
      const appId = await requireAppId(deps, params.appId);
      if (!(await changeApp(registry, appId, body))) throw unknownApp(appId);
      return { data: view(await requireApp(deps, appId)) };
    },
  );

  server.delete(
    '/v3/apps/:appId',
    {
      config: { access: 'admin', body: 'small', audit: { action: 'Delete app' } },
      schema: {
        summary: 'Delete an app',
        description:
          'Deletes its keys, providers, users and groups too. Pending events are not sent; they expire later. An ' +
          'archive follows within seconds.',
        params: Params,
        response: { 200: Success.describe('The app has been deleted.') },
      },
    },
    async ({ params }) => {
      const appId = await requireAppId(deps, params.appId);
      // First, in case this is interrupted; the archive waits until the app is gone.
      if (deps.archive) await recordErasure(deps.queueRedis, { appId, at: deps.now() });
      if (!(await deleteApp(registry, appId))) throw unknownApp(appId);
      return SUCCESS;
    },
  );
}

const view = ({
  appId,
  name: shown,
  region: where,
  pushEnabled,
  quotas,
  createdAt,
}: Omit<App, 'settings' | 'version'>) => ({
  appId: publicAppId(appId),
  name: shown,
  region: where,
  pushEnabled,
  quotas,
  createdAt: seconds(createdAt),
});
