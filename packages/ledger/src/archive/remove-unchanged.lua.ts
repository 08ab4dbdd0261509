/** Lua: takes a member off a sorted set if its score is still the one given; returns 1 if it was, else 0. */
export const REMOVE_UNCHANGED_LUA = `
local function removeUnchanged(set, member, score)
  local current = redis.call('ZSCORE', set, member)
  if not current or tonumber(current) ~= tonumber(score) then return 0 end
  return redis.call('ZREM', set, member)
end`;
