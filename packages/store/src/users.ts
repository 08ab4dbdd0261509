import { commandEach, script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';
import { decodePresence, type Presence } from './presence.ts';
import { CREATE_RECORD } from './user-record.ts';

/** A user's record. */
export interface UserProfile {
  name?: string | undefined;
  avatar?: string | undefined;
  /** IANA name, or an offset as `+05:30`. */
  timezone?: string | undefined;
  /** BCP 47 tag. */
  locale?: string | undefined;
  /** A deactivated user is in no audience. */
  deactivated?: boolean | undefined;
}

export interface User extends UserProfile {
  uid: string;
  /** Whether they are online; absent if never reported. */
  status?: Presence['status'];
  /** Since when they have that status, epoch ms. */
  lastActiveAt?: number;
  /** Epoch ms. */
  createdAt: number;
}

/** What a user's hash has about the user. */
const PROFILE = ['createdAt', 'name', 'avatar', 'timezone', 'locale', 'deactivated', 'status', 'seen'] as const;

const UPSERT = script<(string | null)[]>(`
-- KEYS user
-- ARGV now, how many to set, field, value …, field to remove …
-- returns the fields of PROFILE
${CREATE_RECORD}
createRecord(KEYS[1], ARGV[1])
local sets = 2 + 2 * tonumber(ARGV[2])
for i = 3, sets, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
for i = sets + 1, #ARGV do redis.call('HDEL', KEYS[1], ARGV[i]) end
return redis.call('HMGET', KEYS[1], ${PROFILE.map((field) => `'${field}'`).join(', ')})`);

/** Creates or changes a user; omitted fields stay, `null` removes one. */
export async function upsertUser(
  redis: Redis,
  appId: string,
  uid: string,
  profile: { [K in keyof UserProfile]: UserProfile[K] | null },
  now: number,
): Promise<User> {
  const fields = Object.entries(profile);
  const set = fields.flatMap(([field, value]) =>
    value === null || value === undefined ? [] : [field, typeof value === 'boolean' ? Number(value) : value],
  );
  const removed = fields.flatMap(([field, value]) => (value === null ? [field] : []));
  const values = await UPSERT(redis, [keys.user(appId, uid)], [now, set.length / 2, ...set, ...removed]);
  const known = PROFILE.flatMap((field, i) => (values[i] === null ? [] : [[field, values[i]]]));
  return decodeUser(uid, Object.fromEntries(known)) as User;
}

/** Sets the field ARGV[1] to ARGV[2] if the user exists. */
const SET_KNOWN = script<number>(`
-- KEYS user
-- ARGV field, value
-- returns 1, or 0 when the user is not known
if redis.call('HEXISTS', KEYS[1], 'createdAt') == 0 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1`);

/** Sets the time zone of an existing user; false, and nothing is written, if there is no such user. */
export const setKnownTimeZone = async (redis: Redis, appId: string, uid: string, timezone: string): Promise<boolean> =>
  (await SET_KNOWN(redis, [keys.user(appId, uid)], ['timezone', timezone])) === 1;

/** The user, or undefined. */
export async function readUser(redis: Redis, appId: string, uid: string): Promise<User | undefined> {
  return decodeUser(uid, await redis.hgetall(keys.user(appId, uid)));
}

/** Name and picture of some users, by uid; users with neither are absent, even one called "constructor". */
export async function readProfiles(
  redis: Redis,
  appId: string,
  uids: readonly string[],
): Promise<Record<string, { name?: string; avatar?: string }>> {
  const answers = (await commandEach(redis, uids, (commands, uid) =>
    commands.hmget(keys.user(appId, uid), 'name', 'avatar'),
  )) as [string | null, string | null][];
  const profiles: Record<string, { name?: string; avatar?: string }> = Object.create(null);
  for (const [i, uid] of uids.entries()) {
    const [name, avatar] = answers[i] ?? [null, null];
    if (name || avatar) profiles[uid] = { ...(name ? { name } : {}), ...(avatar ? { avatar } : {}) };
  }
  return profiles;
}

function decodeUser(uid: string, hash: Record<string, string>): User | undefined {
  const { createdAt, name, avatar, timezone, locale, deactivated } = hash;
  if (!createdAt) return undefined;
  const profile = Object.entries({ name, avatar, timezone, locale }).filter(([, value]) => value !== undefined);
  return {
    uid,
    ...Object.fromEntries(profile),
    ...decodePresence(hash),
    deactivated: deactivated === '1',
    createdAt: Number(createdAt),
  };
}
