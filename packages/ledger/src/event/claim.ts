import { eventKeyTime } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { BUCKET_EXPIRY_LUA, bucketOf, DAY_LUA, NAME_LENGTH } from '../buckets/bucket.ts';
import { LIST_DAY_LUA } from '../buckets/bucket-days.ts';
import { type Entry, find, PUT_LUA } from '../buckets/buckets.ts';
import { keys } from '../keys.ts';

/** How long the same event id counts as a duplicate, whatever has happened to the event since. */
export const DUPLICATE_WINDOW_MS = 24 * 3_600_000;

/** How far the clocks of two servers may be apart; all follow that of Redis. */
const SKEW_MS = 15 * 60_000;

/** After so long a claim holds by no server's clock. */
export const CLAIM_MS = DUPLICATE_WINDOW_MS + SKEW_MS;

/**
 * Lua: the entries of an id that may be 24 hours old at most. In the last minutes of a day, a server whose clock is
 * ahead may have written one of tomorrow.
 */
export const RECENT_LUA = `
${DAY_LUA}
local function recent(prefix, field, now)
  local day = dayOf(now)
  local entries = {}
  for each = day, day - 1, -1 do
    local text = redis.call('HGET', prefix .. each, field)
    if text then entries[#entries + 1] = text end
  end
  local tomorrow = dayOf(now + ${SKEW_MS}) > day and redis.call('HGET', prefix .. (day + 1), field)
  if tomorrow then entries[#entries + 1] = tomorrow end
  return entries
end`;

/**
 * Lua: claims an id for an event, for 24 hours from the time in its key. `ids` is the prefix of the app's buckets, the
 * id their name and field. Returns the key of the event that has the id: this one or another; and whether it is new.
 * Days that have a new bucket are noted in `days`, with its expiry; `listDays` lists them.
 */
export const CLAIM_LUA = `
${BUCKET_EXPIRY_LUA}
${LIST_DAY_LUA}
${DAY_LUA}
-- As text, made once: a number is formatted anew for each key.
local dayNames = {}
local function dayName(day)
  if not dayNames[day] then dayNames[day] = string.format('%d', day) end
  return dayNames[day]
end

-- When the event with this key was accepted.
local function keyTime(key) return tonumber(string.sub(key, 2, -10), 36) or 0 end

local function claim(ids, id, key, now, retention, days)
  local prefix, field = ids .. string.sub(id, 1, ${NAME_LENGTH}) .. ':', string.sub(id, ${NAME_LENGTH + 1})
  local day = dayOf(now)
  -- Of yesterday; and of tomorrow, in the last minutes of a day, by a server whose clock is ahead.
  for each = day - 1, dayOf(now + ${SKEW_MS}) do
    local other = each ~= day and redis.call('HGET', prefix .. dayName(each), field)
    if other and now - keyTime(other) < ${DUPLICATE_WINDOW_MS} then return other end
  end
  local bucket = prefix .. dayName(day)
  if redis.call('HSETNX', bucket, field, key) == 0 then return redis.call('HGET', bucket, field) end
  local expires = bucketExpiry(day, retention)
  if redis.call('PEXPIRETIME', bucket) < expires then
    redis.call('PEXPIREAT', bucket, expires)
    days[day] = expires
  end
  return key, true
end

local function unclaim(ids, id, now)
  redis.call('HDEL', ids .. string.sub(id, 1, ${NAME_LENGTH}) .. ':' .. dayOf(now), string.sub(id, ${NAME_LENGTH + 1}))
end

local function listDays(root, app, days)
  for day, expires in pairs(days) do listDay(root, app, day, expires) end
end`;

const LOCATE = script<string>(`
-- KEYS prefix of the buckets of locations
-- ARGV field, shard, now, retention
-- returns the shard of the id: this one, or the one assigned before
${PUT_LUA}
${RECENT_LUA}
local before = recent(KEYS[1], ARGV[1], tonumber(ARGV[3]))
local shard = before[1] or ARGV[2]
local day = dayOf(tonumber(ARGV[3]))
put(KEYS[1] .. day, ARGV[1], shard, bucketExpiry(day, tonumber(ARGV[4])))
return shard
`);

/** The entry of an id among the claims of a shard. */
export function claimEntry(shard: number, appId: string, eventId: string): Entry {
  const { name, field } = bucketOf(eventId);
  return { prefix: keys.ids(shard, appId, name), field };
}

/** The entry of an id among the locations. */
export function locationEntry(appId: string, eventId: string): Entry {
  const { name, field } = bucketOf(eventId);
  return { prefix: keys.locations(appId, name), field };
}

/**
 * The shard of an id, assigned once: `mine`, unless it has one. Needed only while there are several: an event without
 * a location is in the first shard, where all went while there was one.
 */
export async function locate(
  redis: Redis,
  { appId, eventId }: { appId: string; eventId: string },
  mine: number,
  now: number,
  retentionMs: number,
): Promise<number> {
  const { prefix, field } = locationEntry(appId, eventId);
  const [shard, first] = await Promise.all([
    LOCATE(redis, [prefix], [field, mine, now, retentionMs]),
    find(redis, claimEntry(0, appId, eventId), now, 1),
  ]);
  return first !== undefined && now - eventKeyTime(first) < DUPLICATE_WINDOW_MS ? 0 : Number(shard);
}
