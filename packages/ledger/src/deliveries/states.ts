import { DELIVERY_STATES, type DeliveryState, isOpen } from '@fanfare/core';

/** The number of a state, as the ledger stores it and its scripts compare it: its place in `DELIVERY_STATES`. */
export const stateNumber = (state: DeliveryState): number => DELIVERY_STATES.indexOf(state);

/** The state with this number. */
export const stateOf = (number: number): DeliveryState => DELIVERY_STATES[number] as DeliveryState;

/** Bits of one delivery in the string of states, as BITFIELD names them: sixteen states at most. */
export const STATE_BITS = 'u4';

/** States are in this order: open ones come first, so that a script can tell an open one by its number. */
export const FIRST_SETTLED = DELIVERY_STATES.findIndex((state) => !isOpen(state));

/** The names of all states as a Lua table, at their number plus one. */
export const STATE_NAMES_LUA = `{ ${DELIVERY_STATES.map((name) => `'${name}'`).join(', ')} }`;
