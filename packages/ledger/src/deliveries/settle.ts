import { type DeliveryState, deliveryId, type EventRef, type ProviderKind, type SettledState } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { LOAD_LUA } from '../admission/load.lua.ts';
import { FINISH_LUA } from '../event/finish.lua.ts';
import { keys, loadField } from '../keys.ts';
import { IS_OPEN_LUA, STATE_BITS, STATE_NAMES_LUA, stateNumber, stateOf } from './states.ts';
import { TRIM_LUA } from './trim.lua.ts';

/** The most dead letters per app and shard; the oldest are dropped. */
const DEAD_LETTERS_CAP = 10_000;

/** A delivery that was given up: the attempts, and the provider's response. Holds no message text and no secret. */
export interface DeadLetter {
  /** The delivery's id. */
  id: string;
  /** The chat backend's id of the event. */
  eventId: string;
  uid: string;
  provider: ProviderKind;
  deviceId?: string | undefined;
  /** A stable code: `http_400`, `attempts_exhausted`, … */
  reason: string;
  /** The provider's own message, shortened. */
  detail?: string | undefined;
  /** Attempts spent. */
  attempts: number;
  /** When it was given up, epoch ms. */
  at: number;
}

/** The stored form of a dead letter; its id and time are the key and the score. */
export type DeadLetterRecord = Omit<DeadLetter, 'id' | 'at'>;

/**
 * Moves deliveries from one state to another, and their counts. A settled delivery stays unchanged, so that running a
 * job twice counts once. Returns each delivery's previous state.
 */
const SETTLE = script<number[]>(`
-- KEYS event, states, load, open, dead letters, attempts
-- ARGV event key, now, cap of dead letters, prefix of event keys, prefix of attempts,
--   then per delivery: ordinal, state, load field, delivery id, dead letter
-- returns each delivery's state before, in order; none when the event is gone
${FINISH_LUA}
${TRIM_LUA}
${IS_OPEN_LUA}
${LOAD_LUA}
local NAMES = ${STATE_NAMES_LUA}
local exp = redis.call('HGET', KEYS[1], 'exp')
if not exp then return {} end
local loadLane = loadLanes(KEYS[1])
local before, letters = {}, false
for i = 6, #ARGV, 5 do
  local at, to = '#' .. ARGV[i], tonumber(ARGV[i + 1])
  local from = redis.call('BITFIELD', KEYS[2], 'GET', '${STATE_BITS}', at)[1]
  before[#before + 1] = from
  local settles = not isOpen(to)
  -- A held delivery stays held until it is released, unless an answer settles it that was still on its way.
  if isOpen(from) and from ~= to and (settles or from ~= ${stateNumber('held')}) then
    redis.call('BITFIELD', KEYS[2], 'SET', '${STATE_BITS}', at, to)
    if settles then
      redis.call('HINCRBY', KEYS[1], NAMES[to + 1], 1)
      -- A held one is not counted as ready; its list forgets it when it comes to it.
      if from ~= ${stateNumber('held')} then addLoad(KEYS[3], loadLane(ARGV[i]), ARGV[i + 2], -1) end
    end
    if ARGV[i + 4] ~= '' then
      redis.call('ZADD', KEYS[5], ARGV[2], ARGV[i + 3])
      redis.call('HSET', KEYS[6], 'd' .. ARGV[i], ARGV[i + 4])
      letters = true
    end
  end
end
if letters then
  redis.call('PEXPIREAT', KEYS[6], exp)
  trim(KEYS[5], tonumber(ARGV[3]), ARGV[4], ARGV[5], exp)
end
finish(KEYS[1], KEYS[4], ARGV[1], ARGV[2])
return before
`);

/** The new state of a delivery. `rejected` includes its dead letter. */
export type Settlement = { ordinal: number; provider: ProviderKind } & (
  | { state: 'rejected'; deadLetter: DeadLetterRecord }
  | { state: Exclude<SettledState, 'rejected'> | 'retrying' }
);

/**
 * Settles deliveries of one event. Returns each one's previous state, in order; a settled one is left unchanged. Empty
 * when the event's record has expired.
 */
export async function settle(
  redis: Redis,
  { shard, key }: EventRef,
  appId: string,
  settlements: readonly Settlement[],
  now: number,
): Promise<DeliveryState[]> {
  const before = await SETTLE(
    redis,
    [
      keys.event(shard, key),
      keys.states(shard, key),
      keys.load(shard),
      keys.open(shard),
      keys.deadLetters(shard, appId),
      keys.attempts(shard, key),
    ],
    [
      ...[key, now, DEAD_LETTERS_CAP, keys.event(shard, ''), keys.attempts(shard, '')],
      ...settlements.flatMap((settlement) => settlementArgs(key, appId, settlement)),
    ],
  );
  return before.map(stateOf);
}

function settlementArgs(key: string, appId: string, settlement: Settlement): (string | number)[] {
  return [
    settlement.ordinal,
    stateNumber(settlement.state),
    loadField(appId, settlement.provider),
    deliveryId(key, settlement.ordinal),
    settlement.state === 'rejected' ? JSON.stringify(settlement.deadLetter) : '',
  ];
}
