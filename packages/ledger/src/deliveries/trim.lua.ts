/**
 * Lua of the script that adds dead letters: the oldest go when there are more than the cap, and a letter is taken off
 * the list when its event has gone. Looking at a few of the oldest whenever one is added keeps up with any number. The
 * list itself goes with the last event that has a letter on it. A letter's id is the event's key, a dash, and the
 * ordinal; the letter is with the attempts of its event.
 */
export const TRIM_LUA = `
local function trim(letters, cap, event, attempts, exp)
  local over = redis.call('ZCARD', letters) - cap
  local drop = {}
  for i, id in ipairs(redis.call('ZRANGE', letters, 0, math.min(math.max(over, 3), 1000) - 1)) do
    local key, ordinal = string.match(id, '^([^-]*)-(.*)$')
    if i <= over or redis.call('EXISTS', event .. key) == 0 then
      drop[#drop + 1] = id
      redis.call('HDEL', attempts .. key, 'd' .. ordinal)
    end
  end
  if #drop > 0 then redis.call('ZREM', letters, unpack(drop)) end
  if redis.call('PEXPIRETIME', letters) < tonumber(exp) then redis.call('PEXPIREAT', letters, exp) end
end
`;
