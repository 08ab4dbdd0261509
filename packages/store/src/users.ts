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

/** Lua: creates a user's record if missing and changes its fields; true when it is new. See `profileFields`. */
export const WRITE_PROFILE = `
${CREATE_RECORD}
local function writeProfile(user, now, fields)
  local isNew = createRecord(user, now)
  for i = 1, #fields, 2 do
    if fields[i + 1] == '' then redis.call('HDEL', user, fields[i])
    else redis.call('HSET', user, fields[i], fields[i + 1]) end
  end
  return isNew
end`;

const UPSERT = script<(string | null)[]>(`
-- KEYS user
-- ARGV now, field, value …
-- returns the fields of PROFILE
${WRITE_PROFILE}
writeProfile(KEYS[1], ARGV[1], {unpack(ARGV, 2)})
return redis.call('HMGET', KEYS[1], ${PROFILE.map((field) => `'${field}'`).join(', ')})`);

/** A change of a profile: omitted fields stay, `null` removes one. */
export type ProfileChange = { [K in keyof UserProfile]: UserProfile[K] | null };

/** Creates or changes a user. */
export async function upsertUser(
  redis: Redis,
  appId: string,
  uid: string,
  profile: ProfileChange,
  now: number,
): Promise<User> {
  const values = await UPSERT(redis, [keys.user(appId, uid)], [now, ...profileFields(profile).flat()]);
  return decodeUser(uid, profileHash(values)) as User;
}

/** The fields of a user's hash that a change of their profile sets; an empty value removes one. */
export const profileFields = (profile: ProfileChange): [field: string, value: string][] =>
  Object.entries(profile).flatMap(([field, value]): [string, string][] =>
    value === undefined ? [] : [[field, typeof value === 'boolean' ? (value ? '1' : '0') : (value ?? '')]],
  );

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
  const [user] = await readUsers(redis, appId, [uid]);
  return user;
}

/** Those of these users who exist, in their order. */
export async function readUsers(redis: Redis, appId: string, uids: readonly string[]): Promise<User[]> {
  const answers = (await commandEach(redis, uids, (commands, uid) =>
    commands.hmget(keys.user(appId, uid), ...PROFILE),
  )) as (string | null)[][];
  return uids.flatMap((uid, i) => decodeUser(uid, profileHash(answers[i] ?? [])) ?? []);
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

/** The fields of PROFILE that are set, from their values in its order. */
const profileHash = (values: readonly (string | null)[]): Record<string, string> =>
  Object.fromEntries(PROFILE.flatMap((field, i) => (values[i] ? [[field, values[i]]] : [])));

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
