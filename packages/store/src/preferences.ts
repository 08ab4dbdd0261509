import { mergePreferences, type UserPreferences } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';
import { memoByText } from './memo.ts';
import { PREFERENCES, recordReactionFollower } from './reaction-followers.ts';
import { CREATE_RECORD } from './user-record.ts';

/** Different preferences kept parsed: 2 MB at most, at up to 2 kB each. */
const PARSED = 1000;

/** Writes the preferences unless they have changed since they were read as ARGV[1] ('' for none). */
const REPLACE = script<number>(`
-- KEYS user
-- ARGV preferences before, preferences, now
-- returns 1, or 0 when they have changed meanwhile
${CREATE_RECORD}
if (redis.call('HGET', KEYS[1], '${PREFERENCES}') or '') ~= ARGV[1] then return 0 end
createRecord(KEYS[1], ARGV[3])
redis.call('HSET', KEYS[1], '${PREFERENCES}', ARGV[2])
return 1`);

/** What a person has set of their own; `{}` when nothing, or when nobody knows them. */
export async function readPreferences(redis: Redis, appId: string, uid: string): Promise<UserPreferences> {
  const text = await redis.hget(keys.user(appId, uid), PREFERENCES);
  return text === null ? {} : (JSON.parse(text) as UserPreferences);
}

/**
 * Lays a change over what a person had set, and makes them known. Changes at the same time all count: one that was
 * overtaken is made again over the other.
 * @returns what they have set now.
 */
export async function changePreferences(
  redis: Redis,
  appId: string,
  uid: string,
  patch: UserPreferences,
  now: number,
): Promise<UserPreferences> {
  const key = keys.user(appId, uid);
  // Ends: whoever is overtaken knows that another change has gone in.
  for (;;) {
    const before = (await redis.hget(key, PREFERENCES)) ?? '';
    const after = mergePreferences(before === '' ? {} : (JSON.parse(before) as UserPreferences), patch);
    if ((await REPLACE(redis, [key], [before, JSON.stringify(after), now])) !== 1) continue;
    await recordReactionFollower(redis, appId, uid);
    return after;
  }
}

/** Forgets all that a person has set: the app's values hold for them again. */
export async function resetPreferences(redis: Redis, appId: string, uid: string): Promise<void> {
  await redis.hdel(keys.user(appId, uid), PREFERENCES);
  await recordReactionFollower(redis, appId, uid);
}

/** The preferences in the field's text, for reading many people at a time: shared, not to be changed. */
export const parsePreferences = memoByText((text) => JSON.parse(text) as UserPreferences, PARSED);
