/**
 * Lua of the script that adds dead letters: beyond the cap the oldest are dropped, and letters of expired events are
 * removed from the list. Checking a few of the oldest on every addition keeps up with any number. The list itself
 * expires with the last event that has a letter on it. A letter's id is the event's key, a dash and the ordinal; the
 * letter is stored with the attempts of its event.
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
