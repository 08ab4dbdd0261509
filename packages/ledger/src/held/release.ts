import type { EventRef } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { LOAD_LUA } from '../admission/load.lua.ts';
import { STATE_BITS, stateNumber } from '../deliveries/states.ts';
import { keys, loadField } from '../keys.ts';
import { type Gate, gateId, parseGateId } from './gate-id.ts';
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
local first = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')[2]
if first then
  answer[1] = tostring(redis.call('HINCRBY', KEYS[3], ARGV[1], 0 - gone))
  redis.call('ZADD', KEYS[4], first, ARGV[1])
else
  redis.call('HDEL', KEYS[3], ARGV[1])
  redis.call('ZREM', KEYS[4], ARGV[1])
  redis.call('ZREM', KEYS[5], ARGV[1])
end
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

async function run(
  redis: Redis,
  shard: number,
  gate: Gate,
  count: number,
  first: string,
  last: string,
): Promise<Release> {
  const id = gateId(gate);
  const [left, ...parts] = await RELEASE(
    redis,
    [
      keys.load(shard),
      keys.heldFor(shard, id),
      keys.held(shard),
      keys.heldUntil(shard),
      keys.heldDue(shard, gate.provider),
    ],
    [id, loadField(gate.appId, gate.provider), count, first, last, keys.states(shard, ''), keys.event(shard, '')],
  );
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
