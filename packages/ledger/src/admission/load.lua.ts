/**
 * Lua: counts deliveries that are ready, by lane, app and provider. `load` is the key of the shard's load, to which the
 * lane is appended; `event` is the key of the deliveries' event.
 */
export const LOAD_LUA = `
local function addLoad(load, lane, field, n)
  local counts = load .. ':' .. lane
  if redis.call('HINCRBY', counts, field, n) <= 0 then redis.call('HDEL', counts, field) end
end

-- Answers which lane counts a delivery: those planned before the event moved to the bulk lane stay in chat.
local function loadLanes(event)
  local at = redis.call('HMGET', event, 'lane', 'moved')
  local moved = tonumber(at[2] or 0)
  return function(ordinal) return tonumber(ordinal) < moved and 'chat' or at[1] end
end
`;
