import { type AppPreferences, EpochMs, listOf, MutableConversation, type Mute } from '@fanfare/core';
import { listMutes, muteConversations, unmuteConversations } from '@fanfare/store';
import { z } from 'zod';
import { admitUsers } from '../../accept/quotas.ts';
import type { IngestDeps } from '../../deps.ts';
import { userOf } from '../../http/auth.ts';
import type { Server } from '../../http/fastify.ts';
import { badField, OnBehalfOf, OnBehalfOfStrictly, SUCCESS, Success } from '../../http/fields.ts';
import { requireApp } from '../../http/require-app.ts';
import { notUserSettable, PREFERENCE_PATHS } from './preferences.ts';

/** Keeps each request to one quick write. */
const MAX_CONVERSATIONS = 1000;

const Muted = MutableConversation.extend({
  until: EpochMs.nullable().describe('Epoch ms, in the future; null: forever.'),
});
const conversationsOf = <T extends z.ZodType>(item: T) =>
  z.object({ conversations: listOf(item, { min: 1, max: MAX_CONVERSATIONS }) });
const Listed = z.object({ data: z.object({ mutedConversations: z.array(Muted) }) });

/** Routes for muted conversations, in CometChat's shape (docs/rules/decision.md#mute). */
export function muteRoutes(server: Server, deps: IngestDeps): void {
  for (const path of PREFERENCE_PATHS) atPath(server, deps, `${path}/mute`);
}

function atPath(server: Server, deps: IngestDeps, path: string): void {
  const { registry } = deps;
  const config = { access: 'user', body: 'document' } as const;

  server.get(
    path,
    {
      config,
      schema: {
        summary: "List a user's muted conversations",
        description: 'Lists active mutes only: not expired, and of a type that the app lets users mute.',
        querystring: OnBehalfOf,
        response: { 200: Listed.describe('The muted conversations.') },
      },
    },
    async (request) => {
      const { appId } = request;
      const uid = userOf(request);
      const [{ settings }, mutes] = await Promise.all([
        requireApp(deps, appId),
        listMutes(registry, appId, uid, deps.now()),
      ]);
      return { data: { mutedConversations: mutes.filter((mute) => mayMute(settings.preferences, mute)) } };
    },
  );

  server.put(
    path,
    {
      config: { ...config, audit: { action: 'Mute conversations', by: 'admin' } },
      schema: {
        summary: 'Mute conversations',
        description:
          'Adds to the existing mutes. Types of conversations that the app does not let users mute are ignored.',
        querystring: OnBehalfOfStrictly,
        body: conversationsOf(Muted),
        response: { 200: Success.describe('The conversations are muted.') },
      },
    },
    async (request) => {
      const { appId, query } = request;
      const { conversations } = request.body;
      const uid = userOf(request);
      checkFuture(conversations, deps.now());
      const { preferences } = (await requireApp(deps, appId)).settings;
      const allowed = conversations.filter((mute) => mayMute(preferences, mute));
      if (query.strict && allowed.length < conversations.length) throw refusal(preferences, conversations);
      if (allowed.length === 0) return SUCCESS;
      // A session's user has a record.
      if (!request.session) await admitUsers(deps, appId, [uid]);
      await muteConversations(registry, appId, uid, allowed, deps.now());
      return SUCCESS;
    },
  );

  server.delete(
    path,
    {
      config: { ...config, audit: { action: 'Unmute conversations', by: 'admin' } },
      schema: {
        summary: 'Unmute conversations',
        querystring: OnBehalfOf,
        body: conversationsOf(MutableConversation),
        response: { 200: Success.describe('The conversations are no longer muted.') },
      },
    },
    async (request) => {
      await unmuteConversations(registry, request.appId, userOf(request), request.body.conversations);
      return SUCCESS;
    },
  );
}

/** Whether the app lets users mute conversations of this type. */
export const mayMute = ({ mute }: AppPreferences, { type }: MutableConversation): boolean =>
  type === 'group' ? mute.mutedGroupsOverride : mute.mutedOneOnOnesOverride;

function checkFuture(mutes: readonly Mute[], now: number): void {
  const past = mutes.findIndex(({ until }) => until !== null && until <= now);
  if (past >= 0) throw badField(`conversations[${past}].until`, 'must be in the future, in epoch milliseconds');
}

const refusal = (preferences: AppPreferences, mutes: readonly Mute[]) =>
  notUserSettable(mutes.flatMap((mute, i) => (mayMute(preferences, mute) ? [] : [`conversations[${i}].type`])));
