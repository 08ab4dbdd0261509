import { type AppSettings, effectiveSettings, FanfareError, mergeSettings } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';
import { MEMBERSHIP_SECRET, sameOrigin } from './membership.ts';
import { memoByText } from './memo.ts';

/** The field of an app's hash with its own settings, as JSON; absent ones have the default. */
const SETTINGS = 'settings';

/** Parsed settings in the cache. */
const PARSED = 100;

/** Characters of JSON an app's settings may take: every worker reads them every two seconds. */
const MAX_LENGTH = 200_000;

/**
 * If the app exists: writes the settings ARGV[2] and raises the version, unless they have changed since they were read
 * as ARGV[1] ('' for none, both times). ARGV[3]: `keep`, `drop` or `set` the membership secret, to ARGV[4].
 */
const REPLACE = script<number>(`
-- KEYS app
-- ARGV settings before, settings or empty, "set", "drop" or "keep" the membership secret, secret
-- returns the new version, 0 when the settings have changed meanwhile, -1 when there is no such app
if redis.call('HEXISTS', KEYS[1], 'v') == 0 then return -1 end
if (redis.call('HGET', KEYS[1], '${SETTINGS}') or '') ~= ARGV[1] then return 0 end
if ARGV[2] == '' then redis.call('HDEL', KEYS[1], '${SETTINGS}')
else redis.call('HSET', KEYS[1], '${SETTINGS}', ARGV[2]) end
if ARGV[3] == 'drop' then redis.call('HDEL', KEYS[1], '${MEMBERSHIP_SECRET}') end
if ARGV[3] == 'set' then redis.call('HSET', KEYS[1], '${MEMBERSHIP_SECRET}', ARGV[4]) end
return redis.call('HINCRBY', KEYS[1], 'v', 1)`);

/** The settings that matter here. */
interface Stored {
  membership?: { url: string };
}

/**
 * Merges a change into an app's settings (`null` restores a default) and raises its version, so that workers see it
 * with the next event. Concurrent changes all count.
 *
 * The membership secret is removed when `membership.url` is removed or moves to another origin, unless given anew.
 * @param membershipSecret as `sealMembershipSecret` makes it; null removes it, undefined leaves it.
 * @returns the settings in effect now, or undefined when there is no such app.
 * @throws FanfareError `ERR_BAD_REQUEST` when the app's settings would take more than 200,000 characters.
 */
export async function changeSettings(
  redis: Redis,
  appId: string,
  patch: object,
  membershipSecret?: string | null,
): Promise<AppSettings | undefined> {
  const key = keys.app(appId);
  // Terminates: losing the race means that another change was written.
  for (;;) {
    const before = (await redis.hget(key, SETTINGS)) ?? '';
    const stored = parse(before);
    const after = mergeSettings<Stored>(stored, patch);
    const args = [before, textOf(after), ...secretChange(stored, after, membershipSecret)];
    const version = await REPLACE(redis, [key], args);
    if (version < 0) return undefined;
    if (version > 0) return effectiveSettings(after);
  }
}

/** Restores the defaults of all settings, the membership secret included; false when there is no such app. */
export async function resetSettings(redis: Redis, appId: string): Promise<boolean> {
  const key = keys.app(appId);
  for (;;) {
    const before = (await redis.hget(key, SETTINGS)) ?? '';
    const version = await REPLACE(redis, [key], [before, '', 'drop']);
    if (version !== 0) return version > 0;
  }
}

/** The settings in effect, from the app's hash, already read: shared and immutable. */
export const decodeSettings = (hash: Record<string, string>): AppSettings => effective(hash[SETTINGS] ?? '');

const effective = memoByText((text) => effectiveSettings(parse(text)), PARSED);

const parse = (text: string): Stored => (text === '' ? {} : (JSON.parse(text) as Stored));

function textOf(settings: Stored): string {
  const text = JSON.stringify(settings);
  if (text.length <= MAX_LENGTH) return text;
  throw new FanfareError('ERR_BAD_REQUEST', `settings: would take more than ${MAX_LENGTH} characters in all`);
}

function secretChange(before: Stored, after: Stored, secret: string | null | undefined): string[] {
  if (!after.membership || secret === null) return ['drop'];
  if (secret !== undefined) return ['set', secret];
  return [sameOrigin(before.membership?.url, after.membership.url) ? 'keep' : 'drop'];
}
