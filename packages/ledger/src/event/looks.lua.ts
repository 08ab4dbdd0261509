/**
 * Lua: when the sweeper looks at an event next. Each app has a list of its own in each lane, and each lane a list of
 * apps by their earliest look, so that the events of one app keep no other waiting. `open` is the prefix of both.
 */
export const LOOKS_LUA = `
local function looks(open, lane, app)
  return open .. '-looks:' .. lane, open .. '-looks:' .. lane .. ':' .. app
end

local function lookAt(open, lane, app, key, at, keep)
  local apps, events = looks(open, lane, app)
  redis.call('ZADD', events, unpack(keep and {'NX', at, key} or {at, key}))
  redis.call('ZADD', apps, 'LT', at, app)
end

local function lookNoMore(open, lane, app, key)
  local apps, events = looks(open, lane, app)
  redis.call('ZREM', events, key)
end`;
