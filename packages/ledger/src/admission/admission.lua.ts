import { type Lane, PROVIDER_KINDS } from '@fanfare/core';
import { LOOKS_LUA } from '../event/looks.lua.ts';
import { ADMISSION_LIMITS } from './limits.ts';
import { RANKS_LUA } from './ranks.lua.ts';

/** When the sweeper first looks at an admitted event: later than any healthy hand-over takes. */
const FIRST_LOOK_MS: Record<Lane, number> = { call: 2000, chat: 5000, bulk: 5000 };

const { admitted: ADMITTED, ready: READY, retryingMost: RETRYING_MOST, assumedSize: ASSUMED_SIZE } = ADMISSION_LIMITS;
const { refillAt: REFILL_AT } = ADMISSION_LIMITS;

/** Offset that makes the scores of events that have begun negative: more than any time, epoch ms. */
const BEGUN = 1e13;

/**
 * Lua: which events may be expanded (docs/rules/delivery.md#admission, #backpressure). An event is admitted, and then
 * has a job; or it waits in its app's list, without one; or it is neither: fully planned, or left to its job while it
 * waits for something other than fan-out. `root` is the prefix of all keys of the shard.
 *
 * Limits hold over all shards: each has an equal part, since a script sees only its own.
 */
export const ADMISSION_LUA = `
${LOOKS_LUA}
${RANKS_LUA}
local ASSUMED_SIZE = { call = ${ASSUMED_SIZE.call}, chat = ${ASSUMED_SIZE.chat}, bulk = ${ASSUMED_SIZE.bulk} }
local FIRST_LOOK = { call = ${FIRST_LOOK_MS.call}, chat = ${FIRST_LOOK_MS.chat}, bulk = ${FIRST_LOOK_MS.bulk} }

local READY = {
${Object.entries(READY)
  .map(([lane, { inAll, least, most }]) => `  ${lane} = {${inAll}, ${least}, ${most}},`)
  .join('\n')}
}

-- Returns a function that gives the shard's part of a limit.
local function partIn(root)
  local shards = tonumber(redis.call('GET', root .. 'shards') or 1)
  return function(limit) return math.floor(limit / shards) end
end

-- Whether an app has as many deliveries ready with one provider as it may have, or this share of them; and how many
-- more it may have. Calls are never held up: they would be stale.
local function isLoaded(root, lane, app, share)
  local limit = READY[lane]
  if not limit then return false, math.huge end
  local load, fields = root .. 'load:' .. lane, {}
  for i, provider in ipairs({${PROVIDER_KINDS.map((provider) => `'${provider}'`).join(', ')}}) do
    fields[i] = app .. '|' .. provider
  end
  local ready = redis.call('HMGET', load, unpack(fields))
  local retrying = redis.call('HMGET', load .. ':retrying', unpack(fields))
  local part = partIn(root)
  local room, loaded = math.max(limit[2], part(limit[3])), false
  for i = 1, #fields do
    if ready[i] then
      local equal = math.floor(part(limit[1]) / redis.call('HLEN', load))
      local most = math.max(limit[2], math.min(part(limit[3]), equal))
      loaded = loaded or tonumber(ready[i]) >= share * most
      room = math.min(room, most - ready[i])
    end
    loaded = loaded or tonumber(retrying[i] or 0) >= share * part(${RETRYING_MOST})
  end
  return loaded, room
end

-- How many more events of an app may be admitted.
local function placesFor(root, lane, app)
  local counts = root .. 'adm:' .. lane
  local mine = tonumber(redis.call('HGET', counts, app) or 0)
  local apps = redis.call('HLEN', counts) + (mine == 0 and 1 or 0)
  local part = partIn(root)
  local share = math.floor(part(${ADMITTED.inAll}) / apps)
  return math.max(${ADMITTED.least}, math.min(part(${ADMITTED.most}), share)) - mine
end

-- The same for new events, which come after those that wait already.
local function roomFor(root, lane, app)
  if redis.call('EXISTS', root .. 'wait:' .. lane .. ':' .. app) == 1 then return 0 end
  return placesFor(root, lane, app)
end

-- Returns the rank of the next events of an app among the jobs of their lane; 0, for none, in the bulk lane, where
-- events take turns.
local function rankOf(root, lane, app, count)
  return lane == 'bulk' and 0 or takeRank(root, 'events-' .. lane, app, count)
end

-- Returns the event's rank.
local function admit(root, lane, app, key, now)
  redis.call('HSET', root .. 'ev:' .. key, 'adm', 1)
  redis.call('HINCRBY', root .. 'adm:' .. lane, app, 1)
  redis.call('ZADD', root .. 'admitted:' .. lane, now, key)
  lookAt(root .. 'open', lane, app, key, now + FIRST_LOOK[lane], true)
  return rankOf(root, lane, app, 1)
end

-- Lets an event wait that has begun, and is looked at: before those that have not, hence a negative score.
local function wait(root, lane, app, key, receivedAt)
  redis.call('HSET', root .. 'ev:' .. key, 'adm', 0)
  redis.call('ZADD', root .. 'wait:' .. lane .. ':' .. app, receivedAt - ${BEGUN}, key)
  redis.call('SADD', root .. 'waiting:' .. lane, app)
end

-- Admits new events, whose \`adm\` is 1, given as \`received at, key, …\`. Returns the rank of the first.
local function admitAll(root, lane, app, events)
  if #events == 0 then return 0 end
  redis.call('HINCRBY', root .. 'adm:' .. lane, app, #events / 2)
  redis.call('ZADD', root .. 'admitted:' .. lane, unpack(events))
  lookAtAll(root .. 'open', lane, app, events, FIRST_LOOK[lane])
  return rankOf(root, lane, app, #events / 2)
end

-- Lets new events wait, whose \`adm\` is 0, given in the same way.
local function waitAll(root, lane, app, events)
  if #events == 0 then return end
  redis.call('ZADD', root .. 'wait:' .. lane .. ':' .. app, unpack(events))
  redis.call('SADD', root .. 'waiting:' .. lane, app)
end

-- Admits an event to another lane, or lets it wait there. Returns its rank if it is admitted.
local function enter(root, lane, app, key, receivedAt, now)
  if roomFor(root, lane, app) > 0 then
    return admit(root, lane, app, key, now)
  end
  wait(root, lane, app, key, receivedAt)
end

-- Gives the places of admitted events back.
local function leaveAll(root, lane, app, keys)
  if #keys == 0 then return end
  for _, key in ipairs(keys) do redis.call('HDEL', root .. 'ev:' .. key, 'adm') end
  redis.call('ZREM', root .. 'admitted:' .. lane, unpack(keys))
  local counts = root .. 'adm:' .. lane
  if redis.call('HINCRBY', counts, app, -#keys) <= 0 then redis.call('HDEL', counts, app) end
end

-- The same of an event that may be admitted. Others stay as they are.
local function leave(root, lane, app, key)
  if redis.call('HGET', root .. 'ev:' .. key, 'adm') == '1' then leaveAll(root, lane, app, {key}) end
end

-- Remembers how many deliveries an app's events have on average, while more of them wait.
local function learnSizes(root, lane, app, some)
  if #some == 0 or redis.call('EXISTS', root .. 'wait:' .. lane .. ':' .. app) == 0 then return end
  local sizes = root .. 'sizes:' .. lane
  local average = tonumber(redis.call('HGET', sizes, app) or some[1])
  for _, size in ipairs(some) do average = math.floor((3 * average + size) / 4) end
  redis.call('HSET', sizes, app, average)
end

-- Admits events of an app that wait and that there is a record of, all at once. Returns key, rank ….
local function admitWoken(root, lane, app, keys, now)
  local admitted, woken = {}, {}
  for _, key in ipairs(keys) do
    redis.call('HSET', root .. 'ev:' .. key, 'adm', 1)
    admitted[#admitted + 1], admitted[#admitted + 2] = now, key
  end
  redis.call('HINCRBY', root .. 'adm:' .. lane, app, #keys)
  redis.call('ZADD', root .. 'admitted:' .. lane, unpack(admitted))
  lookAtAll(root .. 'open', lane, app, admitted, FIRST_LOOK[lane], true)
  local rank = rankOf(root, lane, app, #keys)
  for i, key in ipairs(keys) do
    woken[2 * i - 1], woken[2 * i] = key, rank == 0 and 0 or rank + i - 1
  end
  return woken
end

-- Takes up to so many events of an app off its list, the earliest first, those without a record apart.
local function takeWaiting(root, lane, list, most)
  local keys = {}
  while #keys < most do
    local earliest = redis.call('ZPOPMIN', list, most - #keys)
    if #earliest == 0 then break end
    for i = 1, #earliest, 2 do
      local key = earliest[i]
      if redis.call('EXISTS', root .. 'ev:' .. key) == 1 then keys[#keys + 1] = key
      else redis.call('ZREM', root .. 'open:' .. lane, key) end
    end
  end
  return keys
end

-- Admits events of an app that wait, the earliest first, as many as it has room for: for the events, and for the
-- deliveries that the admitted ones will have. None if it has more than this share of what may be ready, or while most
-- of its places are in use: several at once cost less than each on its own. Returns key, rank …: each needs a job.
local function wake(root, lane, app, now, share)
  local list = root .. 'wait:' .. lane .. ':' .. app
  if redis.call('EXISTS', list) == 0 then return {} end
  local admitted = tonumber(redis.call('HGET', root .. 'adm:' .. lane, app) or 0)
  local places = placesFor(root, lane, app)
  if admitted > ${REFILL_AT} * (admitted + places) then return {} end
  local loaded, room = isLoaded(root, lane, app, share or 1)
  if loaded then return {} end
  local sizes = root .. 'sizes:' .. lane
  local size = tonumber(redis.call('HGET', sizes, app) or ASSUMED_SIZE[lane])
  local most = size == 0 and places or math.min(places, math.floor(room / size) - admitted)
  if admitted == 0 then most = math.max(most, 1) end
  local keys = takeWaiting(root, lane, list, most)
  local woken = #keys > 0 and admitWoken(root, lane, app, keys, now) or {}
  if redis.call('EXISTS', list) == 0 then
    redis.call('SREM', root .. 'waiting:' .. lane, app)
    redis.call('HDEL', sizes, app)
  end
  return woken
end
`;
