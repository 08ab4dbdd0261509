import { mergePreferences, type UserPreferences } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';
import { memoByText } from './memo.ts';
import { PREFERENCES, recordReactionFollower } from './reaction-followers.ts';
import { CREATE_RECORD } from './user-record.ts';

/** Parsed preferences in the cache: 2 MB at most, at up to 2 kB each. */
const PARSED = 1000;

/** Writes the preferences unless they have changed since they were read as ARGV[1] ('' for none). */
export const REPLACE = script<number>(`
-- KEYS user
-- ARGV preferences before, preferences, now
-- returns 1, or 0 when they have changed meanwhile
${CREATE_RECORD}
if (redis.call('HGET', KEYS[1], '${PREFERENCES}') or '') ~= ARGV[1] then return 0 end
createRecord(KEYS[1], ARGV[3])
redis.call('HSET', KEYS[1], '${PREFERENCES}', ARGV[2])
return 1`);

/** A user's own preferences; `{}` when there are none, or no such user. */
export async function readPreferences(redis: Redis, appId: string, uid: string): Promise<UserPreferences> {
  const text = await redis.hget(keys.user(appId, uid), PREFERENCES);
  return text === null ? {} : (JSON.parse(text) as UserPreferences);
}

/**
 * Merges a change into a user's preferences, creating the user. Concurrent changes all count: one that lost a race is
 * repeated.
 * @returns the user's preferences now.
 */
export async function changePreferences(
  redis: Redis,
  appId: string,
  uid: string,
  patch: UserPreferences,
  now: number,
): Promise<UserPreferences> {
  const key = keys.user(appId, uid);
  // Terminates: losing the race means that another change was written.
  for (;;) {
    const before = (await redis.hget(key, PREFERENCES)) ?? '';
    const after = mergePreferences(before === '' ? {} : (JSON.parse(before) as UserPreferences), patch);
    if ((await REPLACE(redis, [key], [before, JSON.stringify(after), now])) !== 1) continue;
    await recordReactionFollower(redis, appId, uid);
    return after;
  }
}

/** Deletes a user's own preferences: the app's values apply again. */
export async function resetPreferences(redis: Redis, appId: string, uid: string): Promise<void> {
  await redis.hdel(keys.user(appId, uid), PREFERENCES);
  await recordReactionFollower(redis, appId, uid);
}

/** Parses the preferences field, for reading many users at a time: the result is shared and immutable. */
export const parsePreferences = memoByText((text) => JSON.parse(text) as UserPreferences, PARSED);
