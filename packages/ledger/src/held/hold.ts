import type { EventRef } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { LOAD_LUA } from '../admission/load.lua.ts';
import { STATE_BITS, stateNumber } from '../deliveries/states.ts';
import { keys, loadField } from '../keys.ts';
import { type Gate, gateId } from './gate-id.ts';
import { lastTryAt } from './gates.ts';
import { encodeOrdinals, ORDINALS_LUA } from './ordinals.ts';

/** Deliveries of one job that are to be held. */
export interface Holding {
  ref: EventRef;
  /** Which deliveries, in ascending order. */
  ordinals: readonly number[];
  /** Not sent after this, epoch ms. */
  deadlineAt: number;
  /** The job's data, with which it is added again. */
  job: object;
}

/** Why deliveries are held: their gate is open, or it is closed and there is too much to send. */
export type HoldReason = 'open' | 'busy';

/** Deliveries held because there is too much to send are looked at after this, should no sender have released them. */
const BUSY_LOOK_MS = 1000;

/** A gate is not looked at again sooner than this. */
const LEAST_LOOK_MS = 100;

/**
 * Takes deliveries out of the queues, unless their gate has closed. Only open ones; one that had left its pack
 * remembers that, so that it comes back as a job of its own. Run twice, it holds them once.
 */
const HOLD = script<number>(`
-- KEYS event, states, load, gate, held for the gate, held by gate, gates by first deadline, gates by next look
-- ARGV gate, event key, ordinals, job, deadline, last try, load field, now, busy or open
-- returns how many are held now, -1 when the gate has closed, -2 when the event is gone
${ORDINALS_LUA}
${LOAD_LUA}
if redis.call('HEXISTS', KEYS[1], 'exp') == 0 then return -2 end
local now = tonumber(ARGV[8])
local look = now + ${BUSY_LOOK_MS}
if ARGV[9] == 'open' then
  local entry = redis.call('GET', KEYS[4])
  if not entry then return -1 end
  local opens = tonumber(string.match(entry, '^%d+'))
  look = math.max(math.min(opens, tonumber(ARGV[6])), now + ${LEAST_LOOK_MS})
end
local ordinals, taken, get, set, back = {}, {}, {}, {}, ${stateNumber('pending')}
eachOrdinal(ARGV[3], function(ordinal)
  ordinals[#ordinals + 1] = ordinal
  for _, arg in ipairs({'GET', '${STATE_BITS}', '#' .. ordinal}) do get[#get + 1] = arg end
end)
local states = redis.call('BITFIELD', KEYS[2], unpack(get))
for i, state in ipairs(states) do
  local alone = #ordinals == 1 and state == ${stateNumber('retrying')}
  if alone then back = state end
  if alone or state == ${stateNumber('pending')} then
    taken[#taken + 1] = ordinals[i]
    for _, arg in ipairs({'SET', '${STATE_BITS}', '#' .. ordinals[i], ${stateNumber('held')}}) do
      set[#set + 1] = arg
    end
  end
end
local n = #taken
if n == 0 then return 0 end
redis.call('BITFIELD', KEYS[2], unpack(set))
local loadLane = loadLanes(KEYS[1])
for _, ordinal in ipairs(taken) do countLoad(KEYS[3], loadLane(ordinal), ARGV[7], back, -1) end
redis.call('ZADD', KEYS[5], ARGV[5], table.concat({
  ARGV[2], back, n == #ordinals and ARGV[3] or table.concat(taken, ','), ARGV[4]}, ' '))
redis.call('HINCRBY', KEYS[6], ARGV[1], n)
redis.call('ZADD', KEYS[7], 'LT', ARGV[5], ARGV[1])
redis.call('ZADD', KEYS[8], 'LT', look, ARGV[1])
return n
`);

/** The result for one job: how many of its deliveries are held now, or that its gate has closed meanwhile. */
export type Held = { kind: 'held'; count: number } | { kind: 'closed' };

/**
 * Holds deliveries of a shard for a gate. Their jobs are done afterwards, unless the gate has closed. Deliveries that
 * are settled or held already are left alone.
 */
export async function hold(
  redis: Redis,
  shard: number,
  gate: Gate,
  holdings: readonly Holding[],
  { now, reason }: { now: number; reason: HoldReason },
): Promise<Held[]> {
  const id = gateId(gate);
  const calls = holdings.map(({ ref: { key }, ordinals, deadlineAt, job }) => ({
    keys: [
      ...[keys.event(shard, key), keys.states(shard, key), keys.load(shard), keys.gate(shard, id)],
      ...[keys.heldFor(shard, id), keys.held(shard), keys.heldUntil(shard), keys.heldDue(shard, gate.provider)],
    ],
    args: [
      ...[id, key, encodeOrdinals(ordinals), JSON.stringify(job), deadlineAt, lastTryAt(deadlineAt)],
      ...[loadField(gate.appId, gate.provider), now, reason],
    ],
  }));
  const answers = await HOLD.each(redis, calls);
  return answers.map((answer) => (answer === -1 ? { kind: 'closed' } : { kind: 'held', count: Math.max(0, answer) }));
}
