import type { ProviderKind, SettledState } from '@fanfare/core';
import { loadField } from '../keys.ts';
import { encodeAttempts, type RecordedAttempt } from './attempts.ts';
import { stateNumber } from './states.ts';

/** A delivery that was given up: the attempts, and the provider's response. Holds no message text and no secret. */
export interface DeadLetter {
  /** The delivery's id. */
  id: string;
  /** The chat backend's id of the event. */
  eventId: string;
  uid: string;
  provider: ProviderKind;
  deviceId?: string | undefined;
  /** The slice of the plan that the delivery is in; absent in letters from before there were packs. */
  slice?: number | undefined;
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
 * The new state of a delivery, with the attempts to record: those that were not the only one, or whose details are
 * stored nowhere else. `rejected` includes its dead letter.
 */
export type Settlement = {
  ordinal: number;
  provider: ProviderKind;
  attempts?: readonly RecordedAttempt[] | undefined;
} & ({ state: 'rejected'; deadLetter: DeadLetterRecord } | { state: Exclude<SettledState, 'rejected'> | 'retrying' });

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
