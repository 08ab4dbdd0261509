/** Lua: takes a member off a sorted set if its score is still the one given; returns 1 if it was, else 0. */
export const REMOVE_UNCHANGED_LUA = `
local function removeUnchanged(set, member, score)
  local current = redis.call('ZSCORE', set, member)
  if not current or tonumber(current) ~= tonumber(score) then return 0 end
  return redis.call('ZREM', set, member)
end`;

/** Lua: takes those members off a sorted set whose score is still the one given, and returns which, by member. */
export const REMOVE_ALL_UNCHANGED_LUA = `
local function removeAllUnchanged(set, members, score)
  local isRemoved, expected = {}, tonumber(score)
  -- Lua passes at most 8,000 arguments.
  for from = 1, #members, 1000 do
    local some, gone = {unpack(members, from, math.min(from + 999, #members))}, {}
    for i, current in ipairs(redis.call('ZMSCORE', set, unpack(some))) do
      if current and tonumber(current) == expected then
        gone[#gone + 1], isRemoved[some[i]] = some[i], true
      end
    end
    if #gone > 0 then redis.call('ZREM', set, unpack(gone)) end
  end
  return isRemoved
end`;
