import { stateNumber } from '../deliveries/states.ts';

/**
 * Lua: counts the deliveries that have a job, by lane, app and provider: those that are ready (pending), and apart from
 * them those that are retried. `load` is the key of the shard's load, `event` the key of the deliveries' event.
 */
export const LOAD_LUA = `
local function countLoad(load, lane, field, state, n)
  local counts = load .. ':' .. lane
  if state == ${stateNumber('retrying')} then
    counts = counts .. ':retrying'
  elseif state ~= ${stateNumber('pending')} then
    return
  end
  if redis.call('HINCRBY', counts, field, n) <= 0 then redis.call('HDEL', counts, field) end
end

-- Answers which lane counts a delivery: those planned before the event moved to the bulk lane stay in chat.
local function loadLanes(event)
  local at = redis.call('HMGET', event, 'lane', 'moved')
  local moved = tonumber(at[2] or 0)
  return function(ordinal) return tonumber(ordinal) < moved and 'chat' or at[1] end
end
`;
