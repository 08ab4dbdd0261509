import { DEVICE_INDEX } from './device-index.ts';

/** The field of a user's hash with tokens that have lost their device while the token index still names the user. */
export const GONE_TOKENS = 'gone';

/**
 * Lua: reads records and the device index of a user. A list of tokens is each token, as packed in records, after two
 * bytes with its length.
 */
export const DEVICES_LUA = `
local function deviceField(id) return 'd:' .. id end
local function idOf(entry) return string.match(entry, '^.([^;]*)') end
local function afterLength(text, at)
  local first, second = string.byte(text, at, at + 1)
  local from = at + 2
  return from, from + first * 256 + second - 1
end
local function tokenOf(record)
  if not record or string.byte(record, 1) ~= 1 then return nil end
  return string.sub(record, afterLength(record, 15))
end
local function sessionOf(record)
  if not record or string.byte(record, 1) ~= 1 then return nil end
  local _, tokenEnd = afterLength(record, 15)
  local length = string.byte(record, tokenEnd + 1)
  return string.sub(record, tokenEnd + 1, tokenEnd + 1 + (length == 0 and 32 or length))
end
local function createdAtOf(record)
  local at = 0
  for i = 9, 14 do at = at * 256 + string.byte(record, i) end
  return at
end
local function tokensIn(list)
  local tokens, at = {}, 1
  while at <= #list do
    local from, to = afterLength(list, at)
    tokens[#tokens + 1] = string.sub(list, from, to)
    at = to + 1
  end
  return tokens
end
local function listOf(tokens)
  local items = {}
  for i, token in ipairs(tokens) do
    items[i] = string.char(math.floor(#token / 256), #token % 256) .. token
  end
  return table.concat(items)
end
local function without(tokens, token)
  local others = {}
  for _, other in ipairs(tokens) do if other ~= token then others[#others + 1] = other end end
  return others
end
local function hex(text)
  return (string.gsub(text, '.', function(c) return string.format('%02x', string.byte(c)) end))
end
local function hasFormer(user)
  for _, field in ipairs(redis.call('HKEYS', user)) do if string.sub(field, 1, 2) == 'd:' then return true end end
  return false
end
local function keep(user, field, before, text)
  if text == '' and field ~= '${DEVICE_INDEX}' then
    if before ~= '' then redis.call('HDEL', user, field) end
  elseif text ~= before then
    redis.call('HSET', user, field, text)
  end
end`;

/**
 * Lua: removes devices of a user, given as `id, record or empty for any, …` from `args[first]` on, and returns how many
 * were removed, and the tokens to forget. `isListed`: the token index still names the user for their tokens.
 */
export const REMOVE_LUA = `
${DEVICES_LUA}
local function removeDevices(user, isListed, args, first)
  local stored = redis.call('HMGET', user, '${DEVICE_INDEX}', '${GONE_TOKENS}')
  local gone, removed, count = tokensIn(stored[2] or ''), {}, 0
  for i = first, #args, 2 do
    local record = redis.call('HGET', user, deviceField(args[i]))
    if record and (args[i + 1] == '' or args[i + 1] == record) then
      redis.call('HDEL', user, deviceField(args[i]))
      removed[args[i]], count = true, count + 1
      if isListed then gone[#gone + 1] = tokenOf(record) end
    end
  end
  if stored[1] and count > 0 then
    local kept = {}
    for entry in string.gmatch(stored[1], '[^,]+') do if not removed[idOf(entry)] then kept[#kept + 1] = entry end end
    keep(user, '${DEVICE_INDEX}', stored[1], table.concat(kept, ','))
  end
  local list = listOf(gone)
  keep(user, '${GONE_TOKENS}', stored[2] or '', list)
  return count, hex(list)
end`;
