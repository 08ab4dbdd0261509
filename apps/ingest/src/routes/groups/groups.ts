import { DisplayName, FanfareError, PictureUrl, Uid } from '@fanfare/core';
import { countMembers, deleteGroup, type Group, readGroup, upsertGroup } from '@fanfare/store';
import { z } from 'zod';
import { checkRoom } from '../../accept/quotas.ts';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { SUCCESS, Success, seconds } from '../../http/fields.ts';

/** Unknown fields are ignored, since CometChat's groups have more. `null` removes a value. */
const PutGroup = z.object({ name: DisplayName.nullish(), icon: PictureUrl.nullish() });
const GroupView = z.object({
  guid: z.string(),
  name: z.string().optional(),
  icon: z.string().optional(),
  membersCount: z.number(),
  createdAt: z.number().describe('Epoch seconds.'),
});
const Params = z.object({ guid: Uid });
const One = z.object({ data: GroupView });

/** Routes for groups, for the chat backend. */
export function groupRoutes(server: Server, deps: IngestDeps): void {
  const { registry } = deps;

  const view = async (appId: string, { createdAt, ...group }: Group) => ({
    ...group,
    membersCount: await countMembers(registry, appId, group.guid),
    createdAt: seconds(createdAt),
  });

  server.put(
    '/v3/groups/:guid',
    {
      config: { access: 'manage', body: 'document', audit: { action: 'Change group', by: 'admin' } },
      schema: {
        summary: 'Create or change a group',
        params: Params,
        body: PutGroup,
        response: { 200: One.describe('The group after the change.') },
      },
    },
    async (request) => {
      const { appId } = request;
      const isNew = (await readGroup(registry, appId, request.params.guid)) === undefined;
      if (isNew) await checkRoom(deps, appId, { groups: 1 });
      const group = await upsertGroup(registry, appId, request.params.guid, request.body, deps.now());
      return { data: await view(appId, group) };
    },
  );

  server.get(
    '/v3/groups/:guid',
    {
      config: { access: 'manage' },
      schema: { summary: 'Get a group', params: Params, response: { 200: One.describe('The group.') } },
    },
    async (request) => {
      const { appId } = request;
      return { data: await view(appId, await requireGroup(deps, appId, request.params.guid)) };
    },
  );

  server.delete(
    '/v3/groups/:guid',
    {
      config: { access: 'manage', body: 'small', audit: { action: 'Delete group', by: 'admin' } },
      schema: {
        summary: 'Delete a group',
        description: 'Deletes its member list too.',
        params: Params,
        response: { 200: Success.describe('The group has been deleted.') },
      },
    },
    async (request) => {
      const { appId } = request;
      if (!(await deleteGroup(registry, appId, request.params.guid))) throw unknownGroup(request.params.guid);
      return SUCCESS;
    },
  );
}

/** @throws FanfareError `ERR_GUID_NOT_FOUND`. */
export async function requireGroup({ registry }: IngestDeps, appId: string, guid: string): Promise<Group> {
  const group = await readGroup(registry, appId, guid);
  if (!group) throw unknownGroup(guid);
  return group;
}

const unknownGroup = (guid: string) => new FanfareError('ERR_GUID_NOT_FOUND', `guid: there is no group "${guid}"`);
