import { DELIVERY_STATES, type DeliveryState, type EventRef, isOpen } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { readPacked } from '../finished/read-packed.ts';
import { keys } from '../keys.ts';

/** The number of a state, as stored in the ledger and compared in its scripts: its index in `DELIVERY_STATES`. */
export const stateNumber = (state: DeliveryState): number => DELIVERY_STATES.indexOf(state);

/** The state with this number. */
export const stateOf = (number: number): DeliveryState => DELIVERY_STATES[number] as DeliveryState;

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
 * The states of some deliveries, in the order asked. Deliveries never planned read as `pending`. Reads everything from
 * the lowest ordinal to the highest, so these should be close to each other, as those of a slice are.
 */
export async function readStates(
  redis: Redis,
  { shard, key }: EventRef,
  ordinals: readonly number[],
): Promise<DeliveryState[]> {
  if (ordinals.length === 0) return [];
  const first = ordinals.reduce((least, ordinal) => Math.min(least, ordinal)) >> 1;
  const last = ordinals.reduce((most, ordinal) => Math.max(most, ordinal)) >> 1;
  const stored = await redis.getrangeBuffer(keys.states(shard, key), first, last);
  // Planned deliveries always have states: they may have moved into the event's own key.
  const bytes = stored.length > 0 ? stored : await packedStates(redis, { shard, key }, first);
  return statesIn(bytes, ordinals, first);
}

/** The same of stored bytes that begin with this one. */
export const statesIn = (bytes: Buffer, ordinals: readonly number[], first = 0): DeliveryState[] =>
  ordinals.map((ordinal) => {
    const byte = bytes[(ordinal >> 1) - first] ?? 0;
    return stateOf(ordinal % 2 === 0 ? byte >> 4 : byte & 15);
  });

const packedStates = async (redis: Redis, ref: EventRef, first: number): Promise<Buffer> =>
  (await readPacked(redis, ref))?.states?.subarray(first) ?? Buffer.alloc(0);
