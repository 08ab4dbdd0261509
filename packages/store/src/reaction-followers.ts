import { GROUP_PREFERENCES, ReactionsOption, type UserPreferences } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';

/** The field of a person's hash with what they have set of their own, as JSON. */
export const PREFERENCES = 'prefs';

/**
 * Keeps the list of those who asked for reactions on everybody's messages: they are few, and so a reaction in a large
 * group need not ask every member. By what stands in the registry once the list is written, so that of changes at the
 * same time the last one counts; after a crash in between, the person's next change mends it.
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

/** Up to `limit` of those who asked for all reactions, after `after` (from the first when empty), in order of uids. */
export const pageReactionFollowers = (redis: Redis, appId: string, after: string, limit: number): Promise<string[]> =>
  redis.zrangebylex(keys.reactionFollowers(appId), after === '' ? '-' : `(${after}`, '+', 'LIMIT', 0, limit);

/** How many of an app asked for reactions on all messages. */
export const countReactionFollowers = (redis: Redis, appId: string): Promise<number> =>
  redis.zcard(keys.reactionFollowers(appId));

function followsReactions(preferences: string | null): boolean {
  const { groupPreferences } = JSON.parse(preferences ?? '{}') as UserPreferences;
  return groupPreferences?.[GROUP_PREFERENCES.reactions.user] === ReactionsOption.AllMessages;
}
