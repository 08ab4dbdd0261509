import { LOOKS_LUA } from './looks.lua.ts';
import { UNCOUNT_OPEN } from './open-usage.ts';

/**
 * Lua shared by the scripts that may finish an event: once it is fully planned without open deliveries, it is removed
 * from the list of open events and the time is stored, once. Its state is never stored: it follows from these numbers
 * (see `progress.ts`).
 */
export const FINISH_LUA = `
${UNCOUNT_OPEN}
${LOOKS_LUA}
local function finish(event, open, key, now)
  local n = redis.call('HMGET', event,
    'full', 'next', 'accepted', 'token_dead', 'rejected', 'expired', 'superseded', 'lane', 'app', 'size')
  local settled = 0
  for i = 3, 7 do settled = settled + tonumber(n[i] or 0) end
  if n[1] ~= '1' or tonumber(n[2] or 0) ~= settled then return end
  lookNoMore(open, n[8], n[9], key)
  redis.call('ZREM', open .. ':' .. n[8], key)
  -- An event that was accepted by an older version has no size and is not counted.
  if n[10] then uncountOpen(open, n[8], n[9], key, n[10]) end
  -- string.gsub has a second result.
  local finished = string.gsub(open, 'open$', 'finished')
  if redis.call('HSETNX', event, 'done', now) == 1 then redis.call('ZADD', finished, now, key) end
end
`;
