import { DELIVERY_STATES, type DeliveryState, type EventRef, isOpen, type SettledState } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { readPacked } from '../finished/read-packed.ts';
import { keys } from '../keys.ts';

/** The number of a state, as stored in the ledger and compared in its scripts: its index in `DELIVERY_STATES`. */
export const stateNumber = (state: DeliveryState): number => DELIVERY_STATES.indexOf(state);

/** The state with this number. */
export const stateOf = (number: number): DeliveryState => DELIVERY_STATES[number] as DeliveryState;

/** The states that stay, in the order of their numbers: each is also the field of an event that counts it. */
export const SETTLED_STATES = DELIVERY_STATES.filter((state): state is SettledState => !isOpen(state));

/** Bits per delivery in the string of states, as a BITFIELD type: sixteen states at most. */
export const STATE_BITS = 'u4';

/** Lua: whether the state with this number is open. */
export const IS_OPEN_LUA = `
local function isOpen(state)
  return ${DELIVERY_STATES.filter(isOpen)
    .map((state) => `state == ${stateNumber(state)}`)
    .join(' or ')}
end`;

/** The names of all states as a Lua table, indexed by their number plus one. */
export const STATE_NAMES_LUA = `{ ${DELIVERY_STATES.map((name) => `'${name}'`).join(', ')} }`;

/**
 * Lua: `openStates` reads and changes the states of many deliveries, 128 of them with each command. What is changed is
 * written by `write`.
 */
export const STATES_LUA = `
local CHUNK = 64
local function openStates(key)
  local chunks = {}
  -- The chunk of an ordinal, the place of its byte there, and whether it is in the upper half of the byte.
  local function at(ordinal)
    local byte = math.floor(ordinal / 2)
    local start = byte - byte % CHUNK
    local chunk = chunks[start]
    if not chunk then
      chunk = {string.byte(redis.call('GETRANGE', key, start, start + CHUNK - 1), 1, CHUNK)}
      chunks[start] = chunk
    end
    return chunk, byte - start + 1, ordinal % 2 == 0
  end
  local states = {}
  function states.get(ordinal)
    local chunk, i, isUpper = at(ordinal)
    local byte = chunk[i] or 0
    return isUpper and math.floor(byte / 16) or byte % 16
  end
  function states.set(ordinal, state)
    local chunk, i, isUpper = at(ordinal)
    -- The string may end before the byte.
    for missing = #chunk + 1, i do chunk[missing] = 0 end
    chunk[i] = isUpper and state * 16 + chunk[i] % 16 or chunk[i] - chunk[i] % 16 + state
    chunk.first, chunk.last = math.min(chunk.first or i, i), math.max(chunk.last or i, i)
  end
  function states.write()
    for start, chunk in pairs(chunks) do
      if chunk.first then
        local bytes = string.char(unpack(chunk, chunk.first, chunk.last))
        redis.call('SETRANGE', key, start + chunk.first - 1, bytes)
      end
    end
  end
  return states
end`;

/**
 * The states of some deliveries, in the order asked. Deliveries never planned read as `pending`. Reads everything from
 * the lowest ordinal to the highest, so these should be close to each other, as those of a slice are.
 */
export async function readStates(
  redis: Redis,
  { shard, key }: EventRef,
  ordinals: readonly number[],
): Promise<DeliveryState[]> {
  if (ordinals.length === 0) return [];
  const [first, last] = byteRange(ordinals);
  const stored = await redis.getrangeBuffer(keys.states(shard, key), first, last);
  // Planned deliveries always have states: they may have moved into the event's own key.
  const bytes = stored.length > 0 ? stored : await packedStates(redis, { shard, key }, first);
  return statesIn(bytes, ordinals, first);
}

/** The first and the last byte with the states of these deliveries, one at least. */
export const byteRange = (ordinals: readonly number[]): [first: number, last: number] => [
  ordinals.reduce((least, ordinal) => Math.min(least, ordinal)) >> 1,
  ordinals.reduce((most, ordinal) => Math.max(most, ordinal)) >> 1,
];

/** The same of stored bytes that begin with this one. */
export const statesIn = (bytes: Buffer, ordinals: readonly number[], first = 0): DeliveryState[] =>
  ordinals.map((ordinal) => {
    const byte = bytes[(ordinal >> 1) - first] ?? 0;
    return stateOf(ordinal % 2 === 0 ? byte >> 4 : byte & 15);
  });

const packedStates = async (redis: Redis, ref: EventRef, first: number): Promise<Buffer> =>
  (await readPacked(redis, ref))?.states?.subarray(first) ?? Buffer.alloc(0);
