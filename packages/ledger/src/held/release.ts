import type { EventRef } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { LOAD_LUA } from '../admission/load.lua.ts';
import { STATE_BITS, stateNumber } from '../deliveries/states.ts';
import { keys, loadField } from '../keys.ts';
import { type Gate, gateId, parseGateId } from './gate-id.ts';
import { LAST_TRY_MS } from './gates.ts';
import { decodeOrdinals, ORDINALS_LUA } from './ordinals.ts';

/** Deliveries that were held and are in the queues' hands again; the caller adds their job. */
export interface Released {
  ref: EventRef;
  /** Those that were still held, in ascending order. */
  ordinals: number[];
  /** The data their job had when it was held. */
  job: unknown;
}

/** The most jobs released at a time. */
const BATCH = 200;

/** Lua: takes so many deliveries off a gate's count, and answers how many are left. */
const TAKE_OFF_LUA = `
local function takeOff(gone)
  local first = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')[2]
  if first then
    redis.call('ZADD', KEYS[4], first, ARGV[1])
    return tostring(redis.call('HINCRBY', KEYS[3], ARGV[1], 0 - gone))
  end
  redis.call('HDEL', KEYS[3], ARGV[1])
  redis.call('ZREM', KEYS[4], ARGV[1])
  redis.call('ZREM', KEYS[5], ARGV[1])
  return '0'
end`;

/**
 * Takes the held deliveries with the earliest deadlines off their list and back to the state they had. Those settled
 * meanwhile are dropped. A crash before their jobs are added is the sweeper's: their states say that they need one.
 */
const RELEASE = script<[string, ...string[]]>(`
-- KEYS load, held for the gate, held by gate, gates by first deadline, gates by next look
-- ARGV gate, load field, how many deliveries, first deadline, last deadline, prefix of states, of events
-- returns how many are still held, then per job: event key, ordinals, job
${ORDINALS_LUA}
${LOAD_LUA}
${TAKE_OFF_LUA}
local answer, wanted, gone = {'0'}, tonumber(ARGV[3]), 0
for _, member in ipairs(redis.call('ZRANGE', KEYS[2], ARGV[4], ARGV[5], 'BYSCORE', 'LIMIT', 0, ${BATCH})) do
  if gone >= wanted then break end
  local key, back, text, job = string.match(member, '^(%S+) (%d+) (%S+) (.*)$')
  redis.call('ZREM', KEYS[2], member)
  local ordinals, get, set, still = {}, {}, {}, {}
  eachOrdinal(text, function(ordinal)
    ordinals[#ordinals + 1] = ordinal
    for _, arg in ipairs({'GET', '${STATE_BITS}', '#' .. ordinal}) do get[#get + 1] = arg end
  end)
  gone = gone + #ordinals
  for i, state in ipairs(redis.call('BITFIELD_RO', ARGV[6] .. key, unpack(get))) do
    if state == ${stateNumber('held')} then
      still[#still + 1] = ordinals[i]
      for _, arg in ipairs({'SET', '${STATE_BITS}', '#' .. ordinals[i], back}) do set[#set + 1] = arg end
    end
  end
  if #still > 0 then
    redis.call('BITFIELD', ARGV[6] .. key, unpack(set))
    local loadLane = loadLanes(ARGV[7] .. key)
    for _, ordinal in ipairs(still) do countLoad(KEYS[1], loadLane(ordinal), ARGV[2], tonumber(back), 1) end
    for _, part in ipairs({key, table.concat(still, ','), job}) do answer[#answer + 1] = part end
  end
end
answer[1] = takeOff(gone)
return answer
`);

/**
 * Takes one held delivery off its list, for a trial. Any of them at random, so that one which the endpoint can never
 * take does not stand before the others at every trial; but the one with the earliest deadline if that is near. It
 * leaves its pack, which would otherwise wait for the trial's answer.
 */
const RELEASE_ONE = script<[string, ...string[]]>(`
-- KEYS load, held for the gate, held by gate, gates by first deadline, gates by next look
-- ARGV gate, load field, now, prefix of states, of events
-- returns how many are still held, then event key, ordinal and job of the one that was released
${LOAD_LUA}
${TAKE_OFF_LUA}
local answer, gone, now = {'0'}, 0, tonumber(ARGV[3])
local function pick()
  local first = redis.call('ZRANGE', KEYS[2], '(' .. now, '+inf', 'BYSCORE', 'LIMIT', 0, 1, 'WITHSCORES')
  if first[2] and tonumber(first[2]) - ${LAST_TRY_MS} > now then
    local any = redis.call('ZRANDMEMBER', KEYS[2])
    if tonumber(redis.call('ZSCORE', KEYS[2], any)) > now then return any end
  end
  return first[1]
end
for _ = 1, ${BATCH} do
  local member = pick()
  if not member then break end
  local key, back, text, job = string.match(member, '^(%S+) (%d+) (%S+) (.*)$')
  local ordinal, last, others = string.match(text, '^(%d+)%-?(%d*),?(.*)$')
  if last ~= '' and tonumber(last) > tonumber(ordinal) then
    others = (ordinal + 1) .. '-' .. last .. (others == '' and '' or ',' .. others)
  end
  if others ~= '' then
    redis.call('ZADD', KEYS[2], redis.call('ZSCORE', KEYS[2], member), table.concat({key, back, others, job}, ' '))
  end
  redis.call('ZREM', KEYS[2], member)
  gone = gone + 1
  local states = ARGV[4] .. key
  if redis.call('BITFIELD_RO', states, 'GET', '${STATE_BITS}', '#' .. ordinal)[1] == ${stateNumber('held')} then
    redis.call('BITFIELD', states, 'SET', '${STATE_BITS}', '#' .. ordinal, ${stateNumber('retrying')})
    countLoad(KEYS[1], loadLanes(ARGV[5] .. key)(ordinal), ARGV[2], ${stateNumber('retrying')}, 1)
    for _, part in ipairs({key, ordinal, job}) do answer[#answer + 1] = part end
    break
  end
end
answer[1] = takeOff(gone)
return answer
`);

/** What was released, and how many deliveries are still held for the gate. */
export interface Release {
  released: Released[];
  left: number;
}

/** Releases at least `count` deliveries that can still be sent, in whole jobs, as far as there are any. */
export const release = (redis: Redis, shard: number, gate: Gate, count: number, now: number): Promise<Release> =>
  run(redis, shard, gate, count, `(${now}`, '+inf');

/** Takes deliveries off the list that can no longer be sent: a batch of them, to be settled by the caller. */
export const releaseLate = (redis: Redis, shard: number, gate: Gate, now: number): Promise<Release> =>
  run(redis, shard, gate, Number.MAX_SAFE_INTEGER, '-inf', String(now));

/** Releases one delivery for a trial, without its pack: it is `retrying` and needs a job of its own. */
export async function releaseOne(redis: Redis, shard: number, gate: Gate, now: number): Promise<Release> {
  const field = loadField(gate.appId, gate.provider);
  const args = [gateId(gate), field, now, keys.states(shard, ''), keys.event(shard, '')];
  return decode(shard, await RELEASE_ONE(redis, keysOf(shard, gate), args));
}

async function run(
  redis: Redis,
  shard: number,
  gate: Gate,
  count: number,
  first: string,
  last: string,
): Promise<Release> {
  const field = loadField(gate.appId, gate.provider);
  const args = [gateId(gate), field, count, first, last, keys.states(shard, ''), keys.event(shard, '')];
  return decode(shard, await RELEASE(redis, keysOf(shard, gate), args));
}

const keysOf = (shard: number, gate: Gate): string[] => [
  keys.load(shard),
  keys.heldFor(shard, gateId(gate)),
  keys.held(shard),
  keys.heldUntil(shard),
  keys.heldDue(shard, gate.provider),
];

function decode(shard: number, [left, ...parts]: [string, ...string[]]): Release {
  const released: Released[] = [];
  for (let i = 0; i < parts.length; i += 3) {
    const [key, ordinals, job] = parts.slice(i, i + 3) as [string, string, string];
    released.push({ ref: { shard, key }, ordinals: decodeOrdinals(ordinals), job: JSON.parse(job) });
  }
  return { released, left: Number(left) };
}

/** Gates of a shard with deliveries that can no longer be sent. */
export async function gatesWithLate(redis: Redis, shard: number, now: number, limit: number): Promise<Gate[]> {
  const ids = await redis.zrange(keys.heldUntil(shard), '-inf', String(now), 'BYSCORE', 'LIMIT', 0, limit);
  return ids.map(parseGateId);
}
