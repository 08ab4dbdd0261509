import { type EventRef, eventKeyTime, LANES, type Lane } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';

/** Open events of one app: accepted, not done and not expired. */
export interface OpenUsage {
  count: number;
  /** How long the fields are that contain their bodies (`ev`, see record.ts). */
  bytes: number;
}

/** Those of an app that are calls, and the others. */
export interface OpenUsages {
  calls: OpenUsage;
  others: OpenUsage;
}

/** Lua: the key of an app's usage. Calls have their own, so that messages refuse no call. */
const USAGE_KEY = `
local function usageOf(root, lane, app)
  return root .. (lane == 'call' and 'open-calls-usage:' or 'open-usage:') .. app
end`;

/** Lua: counts so many events, and their bytes, among the open ones of their app; `exp` is when they expire. */
export const COUNT_OPEN = `
${USAGE_KEY}
local function countOpen(root, lane, app, count, bytes, exp)
  local usage = usageOf(root, lane, app)
  redis.call('HINCRBY', usage, 'count', count)
  redis.call('HINCRBY', usage, 'bytes', bytes)
  if redis.call('PEXPIRETIME', usage) < exp then redis.call('PEXPIREAT', usage, exp) end
end`;

/** Lua: takes events that are done now off the open ones of their app. */
export const UNCOUNT_OPEN = `
${USAGE_KEY}
local function uncountOpen(root, lane, app, keys)
  local usage, bytes = usageOf(root, lane, app), 0
  for _, key in ipairs(keys) do bytes = bytes + redis.call('HSTRLEN', root .. 'ev:' .. key, 'ev') end
  if redis.call('HINCRBY', usage, 'count', -#keys) <= 0 then redis.call('DEL', usage)
  else redis.call('HINCRBY', usage, 'bytes', -bytes) end
  -- The ingest of an older version counts by these keys, and would count this event until it expires. To be removed
  -- once no such ingest is left to upgrade: the keys expire with their events.
  local open = root .. (lane == 'call' and 'open-calls-' or 'open-')
  redis.call('UNLINK', open .. 'of:' .. app, open .. 'bytes:' .. app)
end`;

/** Events without a record that are taken off a list at a time. */
const MOST_GONE = 100;

/**
 * How many events are open follows from the lists that they are in: those to look at, and those that wait and have not
 * begun. The stored count only serves to find that the bytes are not those of these events: some have expired, or were
 * accepted or finished by an older version. The bytes are then scaled, as if those events had been as large as the
 * others on average. They are not: kinds that are kept for a shorter time expire first, and read marks, for instance,
 * are small, so the bytes of the messages that are left come out too low. The quota of the count holds in any case.
 */
const READ = script<[calls: number, bytes: number, others: number, bytes: number]>(`
-- KEYS root of the shard's keys
-- ARGV app
-- returns how many calls are open, their bytes, and the same of others; those that have expired are taken off the heads
--   of the waiting lists
${USAGE_KEY}
local root, app = KEYS[1], ARGV[1]

local function dropGone(lane, list)
  for _ = 1, ${MOST_GONE} do
    local first = redis.call('ZRANGE', list, 0, 0)[1]
    if not first then redis.call('SREM', root .. 'waiting:' .. lane, app) end
    if not first or redis.call('EXISTS', root .. 'ev:' .. first) == 1 then return end
    redis.call('ZREM', list, first)
    redis.call('ZREM', root .. 'open:' .. lane, first)
  end
end

local function openIn(lane)
  local list, count = root .. 'wait:' .. lane .. ':' .. app, 0
  if redis.call('EXISTS', list) == 1 then
    dropGone(lane, list)
    count = redis.call('ZCOUNT', list, 0, '+inf')
  end
  return count + redis.call('ZCARD', root .. 'open-looks:' .. lane .. ':' .. app)
end

-- The bytes of so many events.
local function bytesOf(usage, count)
  if count == 0 then
    redis.call('DEL', usage)
    return 0
  end
  local counted = redis.call('HMGET', usage, 'count', 'bytes')
  if not counted[2] then return 0 end
  local bytes = math.max(0, tonumber(counted[2]))
  if tonumber(counted[1]) ~= count then
    bytes = math.floor(bytes * count / counted[1])
    -- First, since a full server refuses a script that begins by adding.
    redis.call('HDEL', usage, 'bytes')
    redis.call('HSET', usage, 'count', count, 'bytes', string.format('%d', bytes))
  end
  return bytes
end

local calls, others = openIn('call'), openIn('chat') + openIn('bulk')
return {calls, bytesOf(usageOf(root, 'call', app), calls), others, bytesOf(usageOf(root, 'chat', app), others)}`);

/** How many events of an app are open over all shards, and their size. */
export async function readOpenUsage(redis: Redis, appId: string, shards: number): Promise<OpenUsages> {
  const calls = { count: 0, bytes: 0 };
  const others = { count: 0, bytes: 0 };
  const perShard = await Promise.all(
    Array.from({ length: shards }, (_, shard) => READ(redis, [keys.root(shard)], [appId])),
  );
  for (const [callCount, callBytes, count, bytes] of perShard) {
    calls.count += callCount;
    calls.bytes += callBytes;
    others.count += count;
    others.bytes += bytes;
  }
  return { calls, others };
}

/** Members read at a time. */
const PAGE = 1000;

/**
 * When the first received of an app's open events was received, epoch ms; infinity when none is open. Reads all that
 * have begun: their list is in another order. One that has expired counts until the sweeper finds it.
 */
export async function oldestOpen(redis: Redis, appId: string, shards: number): Promise<number> {
  let oldest = Number.POSITIVE_INFINITY;
  for (let shard = 0; shard < shards; shard++) {
    for (const lane of LANES) oldest = Math.min(oldest, await oldestIn(redis, { shard, lane, appId }));
  }
  return oldest;
}

async function oldestIn(redis: Redis, { shard, lane, appId }: { shard: number; lane: Lane; appId: string }) {
  // Those before it have begun.
  const waiting = await redis.zrange(keys.waiting(shard, lane, appId), '0', '+inf', 'BYSCORE', 'LIMIT', 0, 1);
  let oldest = timeOf(waiting);
  for (let from = 0, full = true; full; from += PAGE) {
    const page = await redis.zrange(keys.looksOf(shard, lane, appId), String(from), String(from + PAGE - 1));
    oldest = Math.min(oldest, timeOf(page));
    full = page.length === PAGE;
  }
  return oldest;
}

/** When the first received of some events was received. */
const timeOf = (eventKeys: readonly EventRef['key'][]): number =>
  eventKeys.reduce((oldest, key) => Math.min(oldest, eventKeyTime(key)), Number.POSITIVE_INFINITY);
