import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';

const CLAIM = script<number>(`
-- KEYS lock, number of the last holder
-- ARGV token, time to live
-- returns the holder's number; 0 while another process holds the lock
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if holder then return tonumber(redis.call('GET', KEYS[2])) end
-- By the time: an archive remembers its last writer, and Redis may have lost it.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local number = math.max(tonumber(redis.call('GET', KEYS[2]) or 0) + 1, now)
redis.call('SET', KEYS[2], string.format('%d', number))
return number
`);

const FENCE = script<number>(`
-- KEYS the archiver that may empty the shard's list
-- ARGV number of the holder
-- returns 1; 0 when a later one may already
if tonumber(redis.call('GET', KEYS[1]) or 0) > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
return 1
`);

/**
 * Takes or renews the lock of the one process that archives, for `ttlMs`. Returns the holder's number, which grows with
 * every new holder: an earlier one that has not noticed can no longer take events off the list (`markArchived`).
 * Undefined while another process holds it.
 */
export async function claimArchive(
  redis: Redis,
  shards: number,
  { token, ttlMs }: { token: string; ttlMs: number },
): Promise<number | undefined> {
  const fence = await CLAIM(redis, [keys.archiveLock, keys.archiveFences], [token, ttlMs]);
  if (fence === 0) return undefined;
  for (let shard = 0; shard < shards; shard++) {
    if ((await FENCE(redis, [keys.archiveFence(shard)], [fence])) === 0) return undefined;
  }
  return fence;
}

const RELEASE = script<number>(`
-- KEYS lock
-- ARGV token
-- returns 1 when it was held with this token, else 0
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`);

/** Gives the lock back, if it is still held, so that another process continues at once. */
export const releaseArchive = async (redis: Redis, token: string): Promise<void> => {
  await RELEASE(redis, [keys.archiveLock], [token]);
};
