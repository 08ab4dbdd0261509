import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from './keys.ts';
import { clearUnreadOf } from './unread.ts';
import { countUsage } from './usage.ts';

/** Former members handled per round trip. */
const BATCH = 1000;

/** How long the list of former members stays when clearing their counts was interrupted. */
const FORMER_TTL_S = 24 * 3600;

/** Lua: makes the list at KEYS[members] former members, in addition to any that a crash left over. */
const RETIRE = `
local function retire(members, former)
  if redis.call('EXISTS', former) == 1 then
    redis.call('ZUNIONSTORE', former, 2, former, members)
    redis.call('UNLINK', members)
  elseif redis.call('EXISTS', members) == 1 then
    redis.call('RENAME', members, former)
  end
  redis.call('EXPIRE', former, ${FORMER_TTL_S})
end`;

const SWAP = script<number>(`
-- KEYS load, members, former
-- ARGV how many were loaded
-- returns how many members there were, -1 when the load does not hold as many
${RETIRE}
if redis.call('ZCARD', KEYS[1]) ~= tonumber(ARGV[1]) then return -1 end
local before = redis.call('ZCARD', KEYS[2])
retire(KEYS[2], KEYS[3])
if ARGV[1] == '0' then return before end
redis.call('RENAME', KEYS[1], KEYS[2])
redis.call('PERSIST', KEYS[2])
return before`);

const REMOVE_ALL = script<number>(`
-- KEYS members, former
-- ARGV none
-- returns how many members there were
${RETIRE}
local before = redis.call('ZCARD', KEYS[1])
retire(KEYS[1], KEYS[2])
return before`);

/**
 * Makes a loaded list the members; false when it does not hold `count`. Previous members missing from it become former.
 */
export async function swapMembers(
  redis: Redis,
  appId: string,
  guid: string,
  load: string,
  count: number,
): Promise<boolean> {
  const before = await SWAP(redis, [load, keys.members(appId, guid), keys.formerMembers(appId, guid)], [count]);
  if (before < 0) return false;
  await countUsage(redis, appId, 'members', count - before);
  return true;
}

/** Makes all members former. */
export async function removeAllMembers(redis: Redis, appId: string, guid: string): Promise<void> {
  const before = await REMOVE_ALL(redis, [keys.members(appId, guid), keys.formerMembers(appId, guid)], []);
  await countUsage(redis, appId, 'members', -before);
}

/**
 * Clears the former members' unread counts of a group, which they can no longer open. Each is removed from the list
 * afterwards, so that the next call finishes after a crash.
 */
export async function clearFormerMembers(redis: Redis, appId: string, guid: string): Promise<void> {
  const former = keys.formerMembers(appId, guid);
  for (;;) {
    const uids = await redis.zrange(former, '0', String(BATCH - 1));
    if (uids.length === 0) return;
    await clearUnreadOfFormer(redis, appId, guid, uids);
    await redis.zrem(former, ...uids);
  }
}

/** Clears the unread counts of a group for the given users who are not members. */
export async function clearUnreadOfFormer(
  redis: Redis,
  appId: string,
  guid: string,
  uids: readonly string[],
): Promise<void> {
  if (uids.length === 0) return;
  const scores = await redis.zmscore(keys.members(appId, guid), ...uids);
  await clearUnreadOf(
    redis,
    appId,
    `group_${guid}`,
    uids.filter((_, i) => scores[i] === null),
  );
}
