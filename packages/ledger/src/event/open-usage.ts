import { type EventRef, eventKeyTime } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';

/** The open events of one app that are calls, or those that are not: accepted, not done and not expired. */
export interface OpenUsage {
  count: number;
  /** Of their bodies. */
  bytes: number;
}

/** Lua: the keys of an app's open events and of their bytes. Calls have their own, so that messages refuse no call. */
const OPEN_KEYS = `
local function openKeys(open, lane, app)
  if lane == 'call' then open = open .. '-calls' end
  return open .. '-of:' .. app, open .. '-bytes:' .. app
end`;

/**
 * Lua: counts an event among the open ones of its app until it expires, once; or many that are new, given as
 * `expiry, '<key> <size>', …`. `open` is the prefix of the app's keys.
 */
export const COUNT_OPEN = `
${OPEN_KEYS}
local function keepOpen(of, bytes, now, exp)
  for _, each in ipairs({of, bytes}) do
    if redis.call('PTTL', each) < exp - now then redis.call('PEXPIREAT', each, exp) end
  end
end

local function countOpen(open, lane, app, key, size, now, exp)
  local of, bytes = openKeys(open, lane, app)
  if redis.call('ZADD', of, 'NX', exp, key .. ' ' .. size) == 0 then return end
  redis.call('INCRBY', bytes, size)
  keepOpen(of, bytes, now, exp)
end

local function countAllOpen(open, lane, app, events, sizes, now, exp)
  local of, bytes = openKeys(open, lane, app)
  redis.call('ZADD', of, unpack(events))
  redis.call('INCRBY', bytes, sizes)
  keepOpen(of, bytes, now, exp)
end`;

/** Lua: takes events that are done off the open ones of their app; `sizes` are those of their bodies. */
export const UNCOUNT_OPEN = `
${OPEN_KEYS}
local function uncountOpen(open, lane, app, keys, sizes)
  local of, bytes = openKeys(open, lane, app)
  local members, sum = {}, 0
  for i, key in ipairs(keys) do members[i] = key .. ' ' .. sizes[i] end
  local counted = redis.call('ZMSCORE', of, unpack(members))
  for i = 1, #members do sum = sum + (counted[i] and sizes[i] or 0) end
  if redis.call('ZREM', of, unpack(members)) > 0 then redis.call('DECRBY', bytes, sum) end
end`;

const READ = script<[number, number]>(`
-- KEYS open of the app, bytes
-- ARGV now
-- returns how many are open, and their bytes; those that have expired are taken off
for _, expired in ipairs(redis.call('ZRANGE', KEYS[1], '-inf', ARGV[1], 'BYSCORE')) do
  redis.call('ZREM', KEYS[1], expired)
  redis.call('DECRBY', KEYS[2], string.match(expired, '%d+$'))
end
local count = redis.call('ZCARD', KEYS[1])
if count == 0 then redis.call('DEL', KEYS[2]) end
return {count, tonumber(redis.call('GET', KEYS[2]) or '0')}`);

/** How many calls of an app are open over all shards now (epoch ms), or how many other events; and their size. */
export async function readOpenUsage(
  redis: Redis,
  { appId, calls }: { appId: string; calls: boolean },
  shards: number,
  now: number,
): Promise<OpenUsage> {
  const perShard = await Promise.all(
    Array.from({ length: shards }, (_, shard) => {
      const names = calls
        ? [keys.openCallsOf(shard, appId), keys.openCallBytes(shard, appId)]
        : [keys.openOf(shard, appId), keys.openBytes(shard, appId)];
      return READ(redis, names, [now]);
    }),
  );
  return {
    count: perShard.reduce((sum, [count]) => sum + count, 0),
    bytes: perShard.reduce((sum, [, bytes]) => sum + bytes, 0),
  };
}

/** Members read at a time. */
const PAGE = 1000;

/**
 * When the first received of an app's open events was received, epoch ms; infinity when none is open. Reads all of
 * them: they are in the order in which they expire, which differs where retentions do.
 */
export async function oldestOpen(redis: Redis, appId: string, shards: number, now: number): Promise<number> {
  let oldest = Number.POSITIVE_INFINITY;
  for (let shard = 0; shard < shards; shard++) {
    for (const list of [keys.openOf(shard, appId), keys.openCallsOf(shard, appId)]) {
      for (let from = 0, full = true; full; from += PAGE) {
        const page = await redis.zrange(list, `(${now}`, '+inf', 'BYSCORE', 'LIMIT', from, PAGE);
        for (const member of page) oldest = Math.min(oldest, eventKeyTime(member.split(' ')[0] as EventRef['key']));
        full = page.length === PAGE;
      }
    }
  }
  return oldest;
}
