import { script } from '@fanfare/redis';
import { ADMISSION_LUA } from '../admission/admission.lua.ts';
import { LENGTH as ID_LENGTH, NAME_LENGTH } from '../buckets/bucket.ts';
import { PUT_LUA } from '../buckets/buckets.ts';
import { INDEX_LUA } from '../log/event-index.ts';
import { CLAIM_LUA } from './claim.ts';
import { COUNT_OPEN } from './open-usage.ts';

/**
 * Claim, body, lists and admission of some events of one app and lane, and the references of messages, in one script:
 * of each, all is stored or nothing.
 */
export const ACCEPT = script<[admitted: number, rank: number, ...known: (number | string)[]]>(`
-- KEYS root of the shard's keys, a bucket of messages if references are written
-- ARGV app, lane, retention, shard, what precedes and what follows the name in the keys of buckets of messages, or
--   nothing if references are not written, and the events in one text (encoded-event.ts)
-- returns how many of the new events are admitted, the first ones, and the rank of the first, or 0; then of each event
--   that is not new its number, the key of the event that was accepted with its id, or '' if its own key is taken, and
--   the lane to which the job of that event must be added, or '' if none must be: it waits to be admitted, is fully
--   planned or no longer kept
${COUNT_OPEN}
${ADMISSION_LUA}
${CLAIM_LUA}
${PUT_LUA}
${INDEX_LUA}
local root, app, lane, retention = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
local ids, room, rank = root .. 'ids:' .. app .. ':', nil, 0
local known = {}
local new, all, admitted, waiting, bytes, last, days = {}, {}, {}, {}, 0, 0, {}

local function add(list, first, second)
  local n = #list
  list[n + 1], list[n + 2] = first, second
end

-- As text, since a number is formatted anew for each command; those of a run were hardly received at different times.
local expiries = {}
local function expiryOf(at)
  if not expiries[at] then expiries[at] = string.format('%d', at + retention) end
  return expiries[at]
end

-- Stores an event whose key is free.
local function store(event, key, at, received, ev)
  room = room or roomFor(root, lane, app)
  local isAdmitted = #admitted / 2 < room
  local exp = expiryOf(received)
  redis.call('HSET', event, 'at', at, 'exp', exp, 'app', app, 'lane', lane, 'ev', ev, 'slice', '0',
    'adm', isAdmitted and '1' or '0')
  redis.call('PEXPIREAT', event, exp)
  new[#new + 1] = key
  add(all, at, key)
  add(isAdmitted and admitted or waiting, at, key)
  bytes, last = bytes + #ev, math.max(last, received)
end

-- Writes the reference of a message. Of a repeat as well: an older version may have been cut off before.
local function refer(key, received, reference)
  if reference == '' or ARGV[5] == '' then return end
  local day, name = dayOf(received), ${NAME_LENGTH}
  put(ARGV[5] .. string.sub(reference, 1, name) .. ARGV[6] .. dayName(day),
    string.sub(reference, name + 1, ${ID_LENGTH}),
    key .. '\\t' .. ARGV[4] .. '\\t' .. string.sub(reference, ${ID_LENGTH + 1}), bucketExpiry(day, retention))
end

local keys, parts, offered, from = {}, {}, ARGV[7], 1
while from <= #offered do
  local space = string.find(offered, ' ', from, true)
  local ev = string.find(offered, '\\n', space, true) + 1
  local body = string.find(offered, '\\n', ev, true) + 1
  local stop = string.find(offered, '\\n', body, true)
  local last = string.find(offered, '\\n', stop + 1, true)
  local key = string.sub(offered, from + ${ID_LENGTH}, space - 1)
  keys[#keys + 1] = root .. 'ev:' .. key
  parts[#parts + 1] = {string.sub(offered, from, from + ${ID_LENGTH - 1}), key, string.sub(offered, space + 1, ev - 2),
    string.sub(offered, ev, stop - 1), string.sub(offered, stop + 1, last - 1)}
  from = last + 1
end

-- One question for all: a key is hardly ever taken.
local taken = {}
local areFree = redis.call('EXISTS', unpack(keys)) == 0

for n, event in ipairs(keys) do
  local id, key, at, ev, reference = unpack(parts[n])
  local received = tonumber(at)
  local claimed, isNew = claim(ids, id, key, received, retention, days)
  if not isNew then
    local first = redis.call('HMGET', root .. 'ev:' .. claimed, 'lane', 'adm', 'full')
    add(known, n, claimed)
    known[#known + 1] = (not first[1] or first[2] == '0' or first[3]) and '' or first[1]
    refer(claimed, keyTime(claimed), reference)
  elseif taken[key] or not areFree and redis.call('EXISTS', event) == 1 then
    unclaim(ids, id, received)
    add(known, n, '')
    known[#known + 1] = ''
  else
    taken[key] = true
    store(event, key, at, received, ev)
    refer(key, received, reference)
  end
end
if #new > 0 then
  listDays(root, app, days)
  redis.call('ZADD', root .. 'open:' .. lane, unpack(all))
  indexAll(root, app, retention, new)
  countOpen(root, lane, app, #new, bytes, last + retention)
  rank = admitAll(root, lane, app, admitted)
  waitAll(root, lane, app, waiting)
end
return {#admitted / 2, rank, unpack(known)}
`);
