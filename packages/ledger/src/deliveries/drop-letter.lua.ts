/**
 * Lua: deletes the record of a dead letter that is dismissed or dropped. Its delivery stays rejected; once an event
 * that is done has no letter left, its content is needed no longer (finished/shed-content.ts). A letter's id is the
 * event's key, a dash and the ordinal; the letter is stored with the attempts of its event. `root` is that of the
 * shard's keys.
 */
export const DROP_LETTER_LUA = `
local function dropLetter(root, id)
  local key, ordinal = string.match(id, '^([^-]*)-(.*)$')
  local event = root .. 'ev:' .. key
  if redis.call('HDEL', root .. 'at:' .. key, 'd' .. ordinal) == 0 then return end
  local is = redis.call('HMGET', event, 'exp', 'done', 'rejected')
  if not is[1] then return end
  local dropped = redis.call('HINCRBY', event, 'dropped', 1)
  if is[2] and dropped >= tonumber(is[3]) then redis.call('SADD', root .. 'letterless', key) end
end`;

/**
 * Lua of the script that adds dead letters: beyond the cap the oldest are dropped, and letters of expired events are
 * removed from the list. Checking a few of the oldest on every addition keeps up with any number. The list itself
 * expires with the last event that has a letter on it.
 */
export const TRIM_LUA = `
${DROP_LETTER_LUA}
local function trim(letters, cap, root, exp)
  local over = redis.call('ZCARD', letters) - cap
  local drop = {}
  for i, id in ipairs(redis.call('ZRANGE', letters, 0, math.min(math.max(over, 3), 1000) - 1)) do
    if i <= over or redis.call('EXISTS', root .. 'ev:' .. string.match(id, '^[^-]*')) == 0 then
      drop[#drop + 1] = id
      dropLetter(root, id)
    end
  end
  if #drop > 0 then redis.call('ZREM', letters, unpack(drop)) end
  if redis.call('PEXPIRETIME', letters) < tonumber(exp) then redis.call('PEXPIREAT', letters, exp) end
end
`;
