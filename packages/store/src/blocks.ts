import { FanfareError } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';
import { answersOf } from './pipeline.ts';
import { script } from './script.ts';

/** People whom a person may block. */
const MAX_BLOCKED = 10_000;

/** Adds ARGV[2…] to a set unless it would have more than ARGV[1] members. */
const ADD = script<number>(`
local seen, new = {}, 0
for i = 2, #ARGV do
  if not seen[ARGV[i]] and redis.call('SISMEMBER', KEYS[1], ARGV[i]) == 0 then new = new + 1 end
  seen[ARGV[i]] = true
end
if redis.call('SCARD', KEYS[1]) + new > tonumber(ARGV[1]) then return -1 end
for i = 2, #ARGV do redis.call('SADD', KEYS[1], ARGV[i]) end
return new`);

/**
 * `by` blocks these people: neither hears of the other any more.
 * @throws FanfareError `ERR_BAD_REQUEST` when they would have blocked more than 10,000; then nothing is changed.
 */
export async function blockUsers(redis: Redis, appId: string, by: string, uids: readonly string[]): Promise<void> {
  if (uids.length === 0) return;
  const added = await ADD.run(redis, { keys: [keys.blocked(appId, by)], args: [MAX_BLOCKED, ...uids] });
  if (added < 0) {
    throw new FanfareError('ERR_BAD_REQUEST', `blockedUids: more than ${MAX_BLOCKED} people would be blocked`);
  }
  const pipeline = redis.pipeline();
  for (const uid of uids) pipeline.sadd(keys.blockedBy(appId, uid), by);
  answersOf(await pipeline.exec());
}

/** Takes a block back. */
export async function unblockUsers(redis: Redis, appId: string, by: string, uids: readonly string[]): Promise<void> {
  if (uids.length === 0) return;
  const pipeline = redis.pipeline().srem(keys.blocked(appId, by), ...uids);
  for (const uid of uids) pipeline.srem(keys.blockedBy(appId, uid), by);
  answersOf(await pipeline.exec());
}

/** Whom a person has blocked, sorted. */
export const listBlocked = async (redis: Redis, appId: string, uid: string): Promise<string[]> =>
  (await redis.smembers(keys.blocked(appId, uid))).sort();

/** Everyone whom this person has blocked or is blocked by. */
export const readBlockRelations = async (redis: Redis, appId: string, uid: string): Promise<Set<string>> =>
  new Set(await redis.sunion(keys.blocked(appId, uid), keys.blockedBy(appId, uid)));

/** Ends all blocks by and of a person. For erasing; may be repeated. */
export async function forgetBlocks(redis: Redis, appId: string, uid: string): Promise<void> {
  const [blocked, blockedBy] = [keys.blocked(appId, uid), keys.blockedBy(appId, uid)];
  const pipeline = redis.pipeline();
  for (const other of await redis.smembers(blocked)) pipeline.srem(keys.blockedBy(appId, other), uid);
  for (const other of await redis.smembers(blockedBy)) pipeline.srem(keys.blocked(appId, other), uid);
  answersOf(await pipeline.unlink(blocked, blockedBy).exec());
}
