import { DisplayName, Locale, PictureUrl, TimeZone, Uid } from '@fanfare/core';
import { eraseOutcomes, recordErasure } from '@fanfare/ledger';
import { deleteUser, listUsers, readUnread, readUser, type User, upsertUser } from '@fanfare/store';
import { z } from 'zod';
import { admitUsers } from '../../accept/quotas.ts';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { SUCCESS, Success, seconds, unknownUser } from '../../http/fields.ts';
import { pageOf, StrictPageQuery, validCursor } from '../../http/pages.ts';

/** Unknown fields are ignored, since CometChat's users have more. `null` removes a value. */
const PutUser = z.object({
  name: DisplayName.nullish(),
  avatar: PictureUrl.nullish(),
  timezone: TimeZone.nullish().describe("IANA name or UTC offset, in which the user's schedule is read."),
  locale: Locale.nullish().describe('Language tag for notifications.'),
  deactivated: z.boolean().optional().describe('true: the user is never notified.'),
});
const UserView = z.object({
  uid: z.string(),
  name: z.string().optional(),
  avatar: z.string().optional(),
  timezone: z.string().optional(),
  locale: z.string().optional(),
  deactivated: z.boolean(),
  createdAt: z.number().describe('Epoch seconds.'),
  status: z
    .enum(['online', 'offline'])
    .optional()
    .describe('As reported by the chat backend; does not affect notifications.'),
  lastActiveAt: z.number().optional().describe('When the status last changed, epoch seconds.'),
});
const Params = z.object({ uid: Uid });
const One = z.object({ data: UserView });
const UserWithUnread = UserView.extend({
  unread: z.number().optional().describe('The unread count, as sent for the badge; absent if there is none.'),
});
const Users = pageOf(UserView);

/** Routes for users, for the chat backend. */
export function userRoutes(server: Server, deps: IngestDeps): void {
  const { registry } = deps;

  server.put(
    '/v3/users/:uid',
    {
      config: { access: 'manage', body: 'document', audit: { action: 'Change user', by: 'admin' } },
      schema: {
        summary: 'Create or change a user',
        params: Params,
        body: PutUser,
        response: { 200: One.describe('The user after the change.') },
      },
    },
    async (request) => {
      const { appId } = request;
      await admitUsers(deps, appId, [request.params.uid]);
      return { data: view(await upsertUser(registry, appId, request.params.uid, request.body, deps.now())) };
    },
  );

  server.get(
    '/v3/users',
    {
      config: { access: 'manage' },
      schema: {
        summary: 'List users',
        description:
          'In no particular order. There is no index of users: a request looks at about 20,000 keys of Redis, so ' +
          'among many other keys a page may be short, even empty, and have a cursor. While many users come and go, ' +
          'one may be listed twice or left out.',
        querystring: StrictPageQuery,
        response: { 200: Users.describe('A page of users.') },
      },
    },
    async ({ appId, query: { limit, cursor } }) => {
      const page = await validCursor(() => listUsers(registry, appId, { limit, cursor }));
      return { data: page.users.map(view), meta: page.cursor === undefined ? {} : { cursor: page.cursor } };
    },
  );

  server.get(
    '/v3/users/:uid',
    {
      config: { access: 'manage' },
      schema: {
        summary: 'Get a user',
        params: Params,
        response: { 200: z.object({ data: UserWithUnread }).describe('The user.') },
      },
    },
    async (request) => {
      const { appId } = request;
      const { uid } = request.params;
      const [user, unread] = await Promise.all([readUser(registry, appId, uid), readUnread(registry, appId, uid)]);
      if (!user) throw unknownUser(uid);
      return { data: { ...view(user), ...(unread > 0 ? { unread } : {}) } };
    },
  );

  server.delete(
    '/v3/users/:uid',
    {
      config: { access: 'manage', body: 'small', audit: { action: 'Erase user', by: 'admin' } },
      schema: {
        summary: 'Erase a user',
        description: "Removes all of the user's data. An archive follows within seconds.",
        params: Params,
        response: { 200: Success.describe('The user has been erased.') },
      },
    },
    async (request) => {
      const { appId } = request;
      const { uid } = request.params;
      const erased = await deleteUser(registry, appId, uid);
      // Also of a user who is gone: the request may be the repeat of one that was interrupted here.
      if (deps.archive) await recordErasure(deps.queueRedis, { appId, uid, at: deps.now() });
      // The tail is gone within an hour anyway, and must not keep a user from being erased.
      await eraseOutcomes(deps.queueRedis, appId, uid, erased).catch((error: Error) =>
        deps.log.warn({ reason: error.message }, 'outcomes.not_erased'),
      );
      if (!erased) throw unknownUser(uid);
      return SUCCESS;
    },
  );
}

const view = ({ deactivated = false, createdAt, lastActiveAt, ...user }: User) => ({
  ...user,
  deactivated,
  createdAt: seconds(createdAt),
  ...(lastActiveAt === undefined ? {} : { lastActiveAt: seconds(lastActiveAt) }),
});
