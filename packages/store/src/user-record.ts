import { commandEach, script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { DEVICE_INDEX } from './device-index.ts';
import { keys } from './keys.ts';
import { countUsage } from './usage.ts';

/** Marks an erased user's hash: they are in no audience while the ledger may still hold their uid. */
export const ERASED = 'erased';

/** The ledger's longest retention (docs/rules/delivery.md#retention), and the day longer that a bucket is kept. */
const TOMBSTONE_TTL_S = 8 * 24 * 3600;

/** Lua: creates a user's record if missing, with no devices, and lifts a tombstone. True when the record is new. */
export const CREATE_RECORD = `
local function createRecord(user, now)
  if redis.call('HSETNX', user, 'createdAt', now) == 0 then return false end
  redis.call('HDEL', user, '${ERASED}')
  redis.call('PERSIST', user)
  redis.call('HSETNX', user, '${DEVICE_INDEX}', '')
  return true
end`;

const CREATE = script<number>(`
-- KEYS user
-- ARGV now
-- returns 1 when the record is new, else 0
${CREATE_RECORD}
return createRecord(KEYS[1], ARGV[1]) and 1 or 0`);

/** Creates a user's record, even if they were erased; true when they had none. Users who are only named have none. */
export async function createUser(redis: Redis, appId: string, uid: string, now: number): Promise<boolean> {
  const isNew = (await CREATE(redis, [keys.user(appId, uid)], [now])) === 1;
  if (isNew) await countUsage(redis, appId, 'users', 1);
  return isNew;
}

const ERASE = script<number>(`
-- KEYS user
-- ARGV seconds the tombstone stays
-- returns 1, or 0 when the user had no record
local existed = redis.call('HEXISTS', KEYS[1], 'createdAt')
redis.call('UNLINK', KEYS[1])
redis.call('HSET', KEYS[1], '${ERASED}', 1)
redis.call('EXPIRE', KEYS[1], ARGV[1])
return existed`);

/** Replaces a user's record, if any, by a tombstone; true when there was one. */
export async function eraseRecord(redis: Redis, appId: string, uid: string): Promise<boolean> {
  const existed = (await ERASE(redis, [keys.user(appId, uid)], [TOMBSTONE_TTL_S])) === 1;
  if (existed) await countUsage(redis, appId, 'users', -1);
  return existed;
}

/** The given users who have no record, in their order. */
export async function withoutRecord(redis: Redis, appId: string, uids: readonly string[]): Promise<string[]> {
  const found = await commandEach(redis, uids, (commands, uid) => commands.hexists(keys.user(appId, uid), 'createdAt'));
  return uids.filter((_, i) => found[i] === 0);
}
