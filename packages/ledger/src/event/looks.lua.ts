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

-- The same for several events, given as \`time, key, …\`, so long after that time.
local function lookAtAll(open, lane, app, events, after, keep)
  local apps, list = looks(open, lane, app)
  local times, first = {}, math.huge
  for i = 1, #events, 2 do
    local at = events[i] + after
    times[i], times[i + 1] = at, events[i + 1]
    first = math.min(first, at)
  end
  if keep then redis.call('ZADD', list, 'NX', unpack(times)) else redis.call('ZADD', list, unpack(times)) end
  redis.call('ZADD', apps, 'LT', first, app)
end

local function lookNoMore(open, lane, app, keys)
  local apps, events = looks(open, lane, app)
  redis.call('ZREM', events, unpack(keys))
end`;
