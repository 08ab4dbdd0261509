import { GROUP_PREFERENCES, ReactionsOption, type UserPreferences } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';

/** The field of a user's hash with their own preferences, as JSON. */
export const PREFERENCES = 'prefs';

/**
 * Updates the list of users who asked for reactions on all messages. They are few, so that a reaction in a large group
 * need not check every member. Repeated until the registry is unchanged, so that of concurrent changes the last one
 * wins; after a crash in between, the user's next change repairs the list.
 */
export async function recordReactionFollower(redis: Redis, appId: string, uid: string): Promise<void> {
  const list = keys.reactionFollowers(appId);
  const read = async () => followsReactions(await redis.hget(keys.user(appId, uid), PREFERENCES));
  let follows: boolean;
  do {
    follows = await read();
    await (follows ? redis.zadd(list, 0, uid) : redis.zrem(list, uid));
  } while ((await read()) !== follows);
}

/**
 * Up to `limit` users who asked for all reactions, after `after` (from the first when empty), in the order of their
 * uids.
 */
export const pageReactionFollowers = (redis: Redis, appId: string, after: string, limit: number): Promise<string[]> =>
  redis.zrangebylex(keys.reactionFollowers(appId), after === '' ? '-' : `(${after}`, '+', 'LIMIT', 0, limit);

/** How many users of an app asked for reactions on all messages. */
export const countReactionFollowers = (redis: Redis, appId: string): Promise<number> =>
  redis.zcard(keys.reactionFollowers(appId));

function followsReactions(preferences: string | null): boolean {
  const { groupPreferences } = JSON.parse(preferences ?? '{}') as UserPreferences;
  return groupPreferences?.[GROUP_PREFERENCES.reactions.user] === ReactionsOption.AllMessages;
}
