import { DisplayName, Locale, PictureUrl, TimeZone, Uid } from '@fanfare/core';
import { deleteUser, readUser, type User, upsertUser } from '@fanfare/store';
import { z } from 'zod';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { SUCCESS, Success, seconds, unknownUser } from '../../http/fields.ts';

/** Unknown fields are passed over: CometChat's users have more of them. `null` removes a value. */
const PutUser = z.object({
  name: DisplayName.nullish(),
  avatar: PictureUrl.nullish(),
  timezone: TimeZone.nullish().describe('IANA name or UTC offset; what their schedule is read in.'),
  locale: Locale.nullish().describe('Language tag; what they are notified in.'),
  deactivated: z.boolean().optional().describe('A deactivated person is in no audience.'),
});
const UserView = z.object({
  uid: z.string(),
  name: z.string().optional(),
  avatar: z.string().optional(),
  timezone: z.string().optional(),
  locale: z.string().optional(),
  deactivated: z.boolean(),
  createdAt: z.number().describe('Epoch seconds.'),
  status: z.enum(['online', 'offline']).optional().describe('As the chat backend has told; not who is notified.'),
  lastActiveAt: z.number().optional().describe('Since when, epoch seconds.'),
});
const Params = z.object({ uid: Uid });
const One = z.object({ data: UserView });

/** People, for the chat backend. */
export function userRoutes(server: Server, deps: IngestDeps): void {
  const { registry } = deps;

  server.put(
    '/v3/users/:uid',
    {
      config: { access: 'manage', body: 'document' },
      schema: { summary: 'Create or change a person', params: Params, body: PutUser, response: { 200: One } },
    },
    async (request) => {
      const { appId } = request;
      return { data: view(await upsertUser(registry, appId, request.params.uid, request.body, deps.now())) };
    },
  );

  server.get(
    '/v3/users/:uid',
    { config: { access: 'manage' }, schema: { summary: 'A person', params: Params, response: { 200: One } } },
    async (request) => {
      const { appId } = request;
      const user = await readUser(registry, appId, request.params.uid);
      if (!user) throw unknownUser(request.params.uid);
      return { data: view(user) };
    },
  );

  server.delete(
    '/v3/users/:uid',
    {
      config: { access: 'manage', body: 'small' },
      schema: { summary: 'Erase a person everywhere', params: Params, response: { 200: Success } },
    },
    async (request) => {
      const { appId } = request;
      if (!(await deleteUser(registry, appId, request.params.uid))) throw unknownUser(request.params.uid);
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
