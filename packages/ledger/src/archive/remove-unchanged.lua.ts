/**
 * Lua: takes members off a sorted set whose score is still the one given, and returns how many. ARGV from `first` on:
 * member, score, …
 */
export const REMOVE_UNCHANGED_LUA = `
local function removeUnchanged(list, first)
  local removed = 0
  for i = first, #ARGV, 2 do
    local score = redis.call('ZSCORE', list, ARGV[i])
    if score and tonumber(score) == tonumber(ARGV[i + 1]) then
      removed = removed + redis.call('ZREM', list, ARGV[i])
    end
  end
  return removed
end`;
