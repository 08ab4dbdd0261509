import { membersAmong, pageReactionFollowers } from '@fanfare/store';
import type { FanoutDeps } from '../deps.ts';
import { peopleSource } from './people.ts';
import type { AudienceSource } from './source.ts';

type Deps = Pick<FanoutDeps, 'registry' | 'sliceSize'>;

/** What a reaction in a group is about: the group, and the author of the message, if known. */
interface ReactionIn {
  guid: string;
  author?: string;
}

/** Only the author of the message: nobody else asked for reactions. */
export const authorSource = ({ sliceSize }: Deps, { guid, author }: ReactionIn): AudienceSource => ({
  ...peopleSource(author === undefined ? [] : [author], sliceSize),
  group: guid,
});

/**
 * Whom a reaction in a group may concern: the author of the message, and the members who asked for reactions on all
 * messages; who has left the group is no more concerned. The cursor is the uid of the last of those who was looked at.
 * For where there are fewer who asked than members; elsewhere the members are walked, and the decision leaves out who
 * did not ask.
 */
export const reactionSource = (
  { registry, sliceSize }: Deps,
  appId: string,
  { guid, author }: ReactionIn,
): AudienceSource => ({
  group: guid,
  page: async (cursor) => {
    const followers = await pageReactionFollowers(registry, appId, cursor, sliceSize);
    const first = cursor === '' && author !== undefined ? [author] : [];
    const others = followers.filter((uid) => uid !== author);
    return {
      uids: await membersAmong(registry, appId, guid, [...first, ...others]),
      cursor: followers.at(-1) ?? cursor,
      last: followers.length < sliceSize,
    };
  },
});
