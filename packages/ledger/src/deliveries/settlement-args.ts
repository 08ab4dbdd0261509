import { loadField } from '../keys.ts';
import { encodeAttempts } from './attempts.ts';
import type { Settlement } from './settle.ts';
import { stateNumber } from './states.ts';

/** Arguments of a group of settlements. */
export const GROUP_ARGS = 5;

/** In the order of the settlements. Those in a row that only differ in their ordinal are one group: nearly all are. */
export function settlementArgs(appId: string, settlements: readonly Settlement[]): (string | number)[] {
  const args: (string | number)[] = [];
  let first: Settlement | undefined;
  let ordinals = '';
  for (const settlement of settlements) {
    if (first !== undefined && isAlike(first, settlement)) {
      ordinals += `,${settlement.ordinal}`;
      continue;
    }
    if (first !== undefined) args.push(ordinals, ...sharedArgs(appId, first));
    first = settlement;
    ordinals = String(settlement.ordinal);
  }
  if (first !== undefined) args.push(ordinals, ...sharedArgs(appId, first));
  return args;
}

const isAlike = (one: Settlement, other: Settlement): boolean =>
  one.state === other.state && one.provider === other.provider && isBare(one) && isBare(other);

const isBare = ({ state, attempts }: Settlement): boolean =>
  state !== 'rejected' && (attempts === undefined || attempts.length === 0);

const sharedArgs = (appId: string, settlement: Settlement): (string | number)[] => [
  stateNumber(settlement.state),
  loadField(appId, settlement.provider),
  settlement.state === 'rejected' ? JSON.stringify(settlement.deadLetter) : '',
  encodeAttempts(settlement.attempts ?? []),
];
