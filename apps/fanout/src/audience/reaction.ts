import { membersAmong, pageReactionFollowers } from '@fanfare/store';
import type { FanoutDeps } from '../deps.ts';
import type { AudienceSource } from './source.ts';

type Deps = Pick<FanoutDeps, 'registry' | 'sliceSize'>;

/** Whether anybody of an app asked for reactions on all messages. */
export const hasReactionFollowers = async ({ registry }: Deps, appId: string): Promise<boolean> =>
  (await pageReactionFollowers(registry, appId, '', 1)).length > 0;

/**
 * Whom a reaction in a group may concern: the author of the message, and the members who asked for reactions on all
 * messages. The cursor is the uid of the last of those who was looked at.
 */
export const reactionSource = (
  { registry, sliceSize }: Deps,
  appId: string,
  { guid, author }: { guid: string; author?: string },
): AudienceSource => ({
  page: async (cursor) => {
    const followers = await pageReactionFollowers(registry, appId, cursor, sliceSize);
    const members = await membersAmong(registry, appId, guid, followers);
    const others = members.filter((uid) => uid !== author);
    return {
      uids: cursor === '' && author !== undefined ? [author, ...others] : others,
      cursor: followers.at(-1) ?? cursor,
      last: followers.length < sliceSize,
    };
  },
});
