/**
 * Lua of the script that adds dead letters: the oldest go when there are more than the cap, and a letter goes with its
 * event. Looking at a few of the oldest whenever one is added keeps up with any number. The list itself goes with the
 * last event that has a letter on it. A letter's id is the event's key, a dash, and the ordinal.
 */
export const TRIM_LUA = `
local function trim(letters, records, cap, event, exp)
  local over = redis.call('ZCARD', letters) - cap
  local drop = {}
  for i, id in ipairs(redis.call('ZRANGE', letters, 0, math.min(math.max(over, 3), 1000) - 1)) do
    if i <= over or redis.call('EXISTS', event .. string.match(id, '^[^-]*')) == 0 then drop[#drop + 1] = id end
  end
  if #drop > 0 then
    redis.call('ZREM', letters, unpack(drop))
    redis.call('HDEL', records, unpack(drop))
  end
  for _, list in ipairs({ letters, records }) do
    if redis.call('PEXPIRETIME', list) < tonumber(exp) then redis.call('PEXPIREAT', list, exp) end
  end
end
`;
