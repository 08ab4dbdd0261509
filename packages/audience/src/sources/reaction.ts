import { membersAmong, pageReactionFollowers } from '@fanfare/store';
import type { Redis } from 'ioredis';
import type { AudienceSource } from '../source.ts';
import { memberStanding } from './members.ts';
import { namedSource } from './named.ts';

/** The subject of a reaction in a group: the group, and the author of the message, if known. */
interface ReactionIn {
  guid: string;
  author?: string;
}

/**
 * Only the author of the message, in a group whose members the chat backend lists, while no user of the app asks for
 * reactions to all messages. Anyone else may be a member; their preference says no.
 */
export const authorSource = ({ guid, author }: ReactionIn): AudienceSource => ({
  ...namedSource(author === undefined ? [] : [author]),
  group: guid,
  standing: async (uid) => (uid === author ? { kind: 'member' } : { kind: 'assumed' }),
});

/**
 * The members whom a reaction in a group may concern: the author of the message, and those who ask for reactions to all
 * messages. Used if fewer ask than there are members; members who do not ask are skipped, since the decision would say
 * no. The cursor is the uid of the last follower checked.
 */
export const reactionSource = (registry: Redis, appId: string, { guid, author }: ReactionIn): AudienceSource => ({
  group: guid,
  page: async ({ sliceSize }, cursor) => {
    const followers = await pageReactionFollowers(registry, appId, cursor, sliceSize);
    const first = cursor === '' && author !== undefined ? [author] : [];
    const others = followers.filter((uid) => uid !== author);
    return {
      kind: 'page',
      uids: await membersAmong(registry, appId, guid, [...first, ...others]),
      cursor: followers.at(-1) ?? cursor,
      last: followers.length < sliceSize,
    };
  },
  standing: (uid) => memberStanding(registry, appId, guid, uid),
});
