import type { Readable } from 'node:stream';
import { FanfareError, listOf, Uid } from '@fanfare/core';
import { addMembers, pageMembers, removeMembers, replaceMembers } from '@fanfare/store';
import { z } from 'zod';
import type { OverloadGuard } from '../../accept/overload.ts';
import { checkRoom, withinRoom } from '../../accept/quotas.ts';
import type { IngestDeps } from '../../deps.ts';
import type { Server } from '../../http/fastify.ts';
import { SUCCESS, Success } from '../../http/fields.ts';
import { uidLines } from '../../http/ndjson.ts';
import { PageQuery, pageOf } from '../../http/pages.ts';
import { requireGroup } from './groups.ts';

const Params = z.object({ guid: Uid });
const AddMembers = z.object({ participants: listOf(Uid, { min: 1, max: 10_000 }) });
const Members = pageOf(z.object({ uid: z.string() }));

/** Routes for the members of a group, for the chat backend. */
export function memberRoutes(server: Server, deps: IngestDeps, guard: OverloadGuard): void {
  const { registry } = deps;

  server.post(
    '/v3/groups/:guid/members',
    {
      config: { access: 'manage', body: 'list', audit: { action: 'Add members', by: 'admin' } },
      schema: {
        summary: 'Add members to a group',
        params: Params,
        body: AddMembers,
        response: {
          200: z
            .object({ data: z.object({ added: z.number() }) })
            .describe('The number of users who were not members before.'),
        },
      },
    },
    async (request) => {
      const { appId } = request;
      const { guid } = await requireGroup(deps, appId, request.params.guid);
      await checkRoom(deps, appId, { members: request.body.participants.length });
      return { data: { added: await addMembers(registry, appId, guid, request.body.participants, deps.now()) } };
    },
  );

  server.put(
    '/v3/groups/:guid/members',
    {
      config: { access: 'manage', body: 'stream', audit: { action: 'Replace members', by: 'admin' } },
      schema: {
        summary: 'Replace all members of a group',
        description:
          'Takes an NDJSON stream with one {"uid":"…"} per line. On an error the old list is kept. A stream without ' +
          'members is an error unless `empty` says that the list is to be emptied.',
        consumes: ['application/x-ndjson'],
        params: Params,
        querystring: z.object({
          empty: z.stringbool().default(false).describe('true: an empty stream empties the list.'),
        }),
        response: {
          200: z
            .object({ data: z.object({ members: z.number() }) })
            .describe('The number of members now.')
            .describe('The number of members now.'),
        },
      },
    },
    async (request) => {
      const { appId } = request;
      const { guid } = await requireGroup(deps, appId, request.params.guid);
      if (!request.headers['content-type']?.startsWith('application/x-ndjson')) {
        throw new FanfareError('ERR_UNSUPPORTED_MEDIA_TYPE', 'content-type: must be application/x-ndjson');
      }
      const lines = uidLines(request.body as Readable);
      const uids = withinRoom(deps, guard, { appId, guid }, request.query.empty ? lines : notEmpty(lines));
      return { data: { members: await replaceMembers(registry, appId, guid, uids) } };
    },
  );

  server.get(
    '/v3/groups/:guid/members',
    {
      config: { access: 'manage' },
      schema: {
        summary: 'List the members of a group',
        params: Params,
        querystring: PageQuery,
        response: { 200: Members.describe('A page of members.') },
      },
    },
    async (request) => {
      const { appId } = request;
      const { guid } = await requireGroup(deps, appId, request.params.guid);
      const { limit, cursor = '' } = request.query;
      const uids = await pageMembers(registry, appId, guid, cursor, limit);
      const next = uids.length === limit ? uids.at(-1) : undefined;
      return { data: uids.map((uid) => ({ uid })), meta: next === undefined ? {} : { cursor: next } };
    },
  );

  server.delete(
    '/v3/groups/:guid/members/:uid',
    {
      config: { access: 'manage', body: 'small', audit: { action: 'Remove member', by: 'admin' } },
      schema: {
        summary: 'Remove a member from a group',
        params: Params.extend({ uid: Uid }),
        response: { 200: Success.describe('The user is no longer a member.') },
      },
    },
    async (request) => {
      const { appId } = request;
      const { guid, uid } = request.params;
      await requireGroup(deps, appId, guid);
      if ((await removeMembers(registry, appId, guid, [uid])) === 0) {
        throw new FanfareError('ERR_UID_NOT_FOUND', `uid: "${uid}" is not a member of "${guid}"`);
      }
      return SUCCESS;
    },
  );
}

/**
 * The same uids. @throws FanfareError `ERR_BAD_REQUEST` at the end if there were none: a backend that failed to read
 * its list.
 */
async function* notEmpty(uids: AsyncIterable<string>): AsyncGenerator<string> {
  let isEmpty = true;
  for await (const uid of uids) {
    isEmpty = false;
    yield uid;
  }
  if (isEmpty) throw new FanfareError('ERR_BAD_REQUEST', 'body: has no member; to empty the list, add ?empty=true');
}
