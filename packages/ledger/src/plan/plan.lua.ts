import { STATE_BITS, stateNumber } from '../deliveries/states.ts';

/**
 * Lua: stores a planned slice and counts it. `event` has what is stored of the event: `exp`, `aud` and `next`; `slice`
 * is `{number, text, recipients, deliveries, reasons}`, reasons as `reason, n, …`; `changes` are further fields of the
 * event, as `name, value, …`.
 */
export const PLAN_LUA = `
local function storeSlice(root, key, event, slice, changes)
  local record, plan, states = root .. 'ev:' .. key, root .. 'plan:' .. key, root .. 'st:' .. key
  redis.call('HSET', plan, slice.number, slice.text)
  redis.call('PEXPIREAT', plan, event.exp)
  changes[#changes + 1], changes[#changes + 2] = 'aud', (event.aud or 0) + slice.recipients
  if slice.deliveries > 0 then
    local next = (event.next or 0) + slice.deliveries
    changes[#changes + 1], changes[#changes + 2] = 'next', next
    redis.call('BITFIELD', states, 'SET', '${STATE_BITS}', '#' .. (next - 1), ${stateNumber('pending')})
    redis.call('PEXPIREAT', states, event.exp)
  end
  redis.call('HSET', record, unpack(changes))
  for i = 1, #slice.reasons, 2 do
    redis.call('HINCRBY', record, '!' .. slice.reasons[i], slice.reasons[i + 1])
  end
end
`;
