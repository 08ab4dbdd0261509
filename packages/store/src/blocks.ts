import { FanfareError } from '@fanfare/core';
import { answersOf, commandEach, inBatches, script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';

/** Users that one user may block. */
const MAX_BLOCKED = 10_000;

/** Adds ARGV[2…] to a set unless it would have more than ARGV[1] members. */
const ADD = script<number>(`
-- KEYS blocked
-- ARGV most, uid …
-- returns how many are new, -1 when there would be too many
local seen, new = {}, 0
for i = 2, #ARGV do
  if not seen[ARGV[i]] and redis.call('SISMEMBER', KEYS[1], ARGV[i]) == 0 then new = new + 1 end
  seen[ARGV[i]] = true
end
if redis.call('SCARD', KEYS[1]) + new > tonumber(ARGV[1]) then return -1 end
for i = 2, #ARGV do redis.call('SADD', KEYS[1], ARGV[i]) end
return new`);

/**
 * Makes `by` block these users: neither is notified of the other from then on.
 * @throws FanfareError `ERR_BAD_REQUEST` when they would have blocked more than 10,000; then nothing is changed.
 */
export async function blockUsers(redis: Redis, appId: string, by: string, uids: readonly string[]): Promise<void> {
  if (uids.length === 0) return;
  const blocked = keys.blocked(appId, by);
  const before = await redis.smismember(blocked, ...uids);
  const added = new Set(uids.filter((_, i) => before[i] === 0)).size;
  if ((await redis.scard(blocked)) + added > MAX_BLOCKED) refuse();
  // Recorded first, so that after a crash, erasing a blocked user still finds the block.
  await commandEach(redis, uids, (commands, uid) => commands.sadd(keys.blockedBy(appId, uid), by));
  const isFull = (await ADD(redis, [blocked], [MAX_BLOCKED, ...uids])) < 0;
  await syncBlockedBy(redis, appId, by, uids);
  if (isFull) refuse();
}

/** Removes blocks. */
export async function unblockUsers(redis: Redis, appId: string, by: string, uids: readonly string[]): Promise<void> {
  if (uids.length === 0) return;
  await redis.srem(keys.blocked(appId, by), ...uids);
  await syncBlockedBy(redis, appId, by, uids);
}

/**
 * Records with each of these users whether they are blocked. Repeated until the registry is unchanged, so that of
 * concurrent changes the last one wins.
 */
async function syncBlockedBy(redis: Redis, appId: string, by: string, uids: readonly string[]): Promise<void> {
  const read = () => redis.smismember(keys.blocked(appId, by), ...uids);
  let recorded: number[];
  let now = await read();
  do {
    recorded = now;
    const entries = uids.map((uid, i) => ({ key: keys.blockedBy(appId, uid), isBlocked: recorded[i] === 1 }));
    await commandEach(redis, entries, (commands, { key, isBlocked }) =>
      isBlocked ? commands.sadd(key, by) : commands.srem(key, by),
    );
    now = await read();
  } while (now.some((one, i) => one !== recorded[i]));
}

function refuse(): never {
  throw new FanfareError('ERR_BAD_REQUEST', `blockedUids: more than ${MAX_BLOCKED} users would be blocked`);
}

/** The users that a user has blocked, sorted. */
export const listBlocked = async (redis: Redis, appId: string, uid: string): Promise<string[]> =>
  (await redis.smembers(keys.blocked(appId, uid))).sort();

/**
 * The given users that a user has blocked or is blocked by. Checks only these, since any number of others may have
 * blocked the user; none if neither list exists, as of most users.
 */
export async function blockedAmong(
  redis: Redis,
  appId: string,
  uid: string,
  uids: readonly string[],
): Promise<Set<string>> {
  const found = new Set<string>();
  const [blocked, blockedBy] = [keys.blocked(appId, uid), keys.blockedBy(appId, uid)];
  if (uids.length === 0 || (await redis.exists(blocked, blockedBy)) === 0) return found;
  for (const batch of inBatches(uids)) {
    const pipeline = redis
      .pipeline()
      .smismember(blocked, ...batch)
      .smismember(blockedBy, ...batch);
    const [has, by] = answersOf(await pipeline.exec()) as number[][];
    for (const [i, other] of batch.entries()) if (has?.[i] === 1 || by?.[i] === 1) found.add(other);
  }
  return found;
}

/** Removes all blocks by and of a user. For erasing; may be repeated. */
export async function forgetBlocks(redis: Redis, appId: string, uid: string): Promise<void> {
  const [blocked, blockedBy] = [keys.blocked(appId, uid), keys.blockedBy(appId, uid)];
  const pipeline = redis.pipeline();
  for (const other of await redis.smembers(blocked)) pipeline.srem(keys.blockedBy(appId, other), uid);
  for (const other of await redis.smembers(blockedBy)) pipeline.srem(keys.blocked(appId, other), uid);
  answersOf(await pipeline.unlink(blocked, blockedBy).exec());
}
