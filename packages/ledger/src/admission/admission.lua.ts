import type { Lane } from '@fanfare/core';

/** Events of all apps of a lane and shard that may be admitted at a time, shared equally between the apps. */
const ADMITTED_IN_ALL = 512;

/** The least and the most of them that one app may have. */
const ADMITTED_LEAST = 4;
const ADMITTED_MOST = 64;

/** When the sweeper first looks at an admitted event: later than any healthy hand-over takes. */
const FIRST_LOOK_MS: Record<Lane, number> = { call: 2000, chat: 5000, bulk: 5000 };

/**
 * Lua: which events may be expanded (docs/rules/delivery.md#admission). An event is admitted, and then has a job; or it
 * waits in its app's list, without one; or it is neither: fully planned, or left to its job while it waits for
 * something other than fan-out. `root` is the prefix of all keys of the shard.
 */
export const ADMISSION_LUA = `
local FIRST_LOOK = { call = ${FIRST_LOOK_MS.call}, chat = ${FIRST_LOOK_MS.chat}, bulk = ${FIRST_LOOK_MS.bulk} }

local function mayAdmit(root, lane, app)
  local counts = root .. 'adm:' .. lane
  local mine = tonumber(redis.call('HGET', counts, app) or 0)
  local apps = redis.call('HLEN', counts) + (mine == 0 and 1 or 0)
  local share = math.floor(${ADMITTED_IN_ALL} / apps)
  return mine < math.max(${ADMITTED_LEAST}, math.min(${ADMITTED_MOST}, share))
end

local function admit(root, lane, app, key, now)
  redis.call('HSET', root .. 'ev:' .. key, 'adm', 1)
  redis.call('HINCRBY', root .. 'adm:' .. lane, app, 1)
  redis.call('ZADD', root .. 'admitted:' .. lane, now, key)
  redis.call('ZADD', root .. 'open', 'NX', now + FIRST_LOOK[lane], key)
end

local function wait(root, lane, app, key, receivedAt)
  redis.call('HSET', root .. 'ev:' .. key, 'adm', 0)
  redis.call('ZADD', root .. 'wait:' .. lane .. ':' .. app, receivedAt, key)
  redis.call('SADD', root .. 'waiting:' .. lane, app)
end

-- Admits a new event, or lets it wait behind those of its app that wait already. Returns whether it is admitted.
local function enter(root, lane, app, key, receivedAt, now)
  local free = redis.call('EXISTS', root .. 'wait:' .. lane .. ':' .. app) == 0
  if free and mayAdmit(root, lane, app) then
    admit(root, lane, app, key, now)
    return true
  end
  wait(root, lane, app, key, receivedAt)
  return false
end

-- Gives the place of an admitted event back. Others stay as they are.
local function leave(root, lane, app, key)
  local event = root .. 'ev:' .. key
  if redis.call('HGET', event, 'adm') ~= '1' then return end
  redis.call('HDEL', event, 'adm')
  redis.call('ZREM', root .. 'admitted:' .. lane, key)
  local counts = root .. 'adm:' .. lane
  if redis.call('HINCRBY', counts, app, -1) <= 0 then redis.call('HDEL', counts, app) end
end

-- Admits events of an app that wait, the earliest first, while it has room. Returns their keys: each needs a job.
local function wake(root, lane, app, now)
  local list, woken = root .. 'wait:' .. lane .. ':' .. app, {}
  if redis.call('EXISTS', list) == 0 then return woken end
  while mayAdmit(root, lane, app) do
    local key = redis.call('ZPOPMIN', list)[1]
    if not key then break end
    if redis.call('EXISTS', root .. 'ev:' .. key) == 1 then
      admit(root, lane, app, key, now)
      woken[#woken + 1] = key
    else
      redis.call('ZREM', root .. 'open:' .. lane, key)
    end
  end
  if redis.call('EXISTS', list) == 0 then redis.call('SREM', root .. 'waiting:' .. lane, app) end
  return woken
end
`;
