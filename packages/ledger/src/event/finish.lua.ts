import { SETTLED_STATES } from '../deliveries/states.ts';
import { LOOKS_LUA } from './looks.lua.ts';
import { UNCOUNT_OPEN } from './open-usage.ts';

/** The fields of an event by which `isDone` and `finishAll` decide, as arguments of HMGET. */
export const FINISH_FIELDS = ['full', 'next', ...SETTLED_STATES, 'lane', 'app', 'done']
  .map((field) => `'${field}'`)
  .join(', ');

/**
 * Lua shared by the scripts that may finish an event: once it is fully planned without open deliveries, it is removed
 * from the list of open events and the time is stored, once. Its state is never stored: it follows from these numbers
 * (see `progress.ts`). `n`: the values of `FINISH_FIELDS`.
 */
export const FINISH_LUA = `
${UNCOUNT_OPEN}
${LOOKS_LUA}
local function isDone(n)
  local settled = 0
  for i = 3, 7 do settled = settled + tonumber(n[i] or 0) end
  return n[1] == '1' and tonumber(n[2] or 0) == settled
end

-- Takes events of one app and lane that are done off the lists. \`newly\` are those that were not before.
local function finishAll(root, lane, app, keys, newly, now)
  if #keys == 0 then return end
  local open = root .. 'open'
  lookNoMore(open, lane, app, keys)
  redis.call('ZREM', open .. ':' .. lane, unpack(keys))
  if #newly == 0 then return end
  uncountOpen(root, lane, app, newly)
  local finished = {}
  for _, key in ipairs(newly) do finished[#finished + 1], finished[#finished + 2] = now, key end
  redis.call('ZADD', root .. 'finished', unpack(finished))
end

local function finish(root, key, now)
  local event = root .. 'ev:' .. key
  local n = redis.call('HMGET', event, ${FINISH_FIELDS})
  if not isDone(n) then return end
  if not n[10] then redis.call('HSET', event, 'done', now) end
  finishAll(root, n[8], n[9], {key}, n[10] and {} or {key}, now)
end
`;
