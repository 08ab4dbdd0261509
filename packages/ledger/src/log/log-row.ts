import { type DeliveryState, deliveryId, type EventRef, isOpen, type Target } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { readStates } from '../deliveries/states.ts';
import { deliveriesOf, type PlannedSlice } from '../plan/planned-slice.ts';

/** One log row as stored in the ledger: a delivery, or a user who was not notified. */
export interface LogRow {
  /** The delivery's id, or `<event key>:<uid>`. */
  id: string;
  uid: string;
  /** Only for deliveries. */
  target?: Target;
  state?: DeliveryState;
  unread?: number;
  /** Why there was nothing to send, or the state of a delivery that was not accepted. */
  reason?: string;
}

/** The rows of a planned slice, ordered by recipient and target. */
export const rowsOf = async (redis: Redis, ref: EventRef, slice: PlannedSlice): Promise<LogRow[]> =>
  rowsWith(ref, slice, await readStates(redis, ref, ordinalsOf(slice)));

/** The same with the states of these deliveries, in the order of their ordinals. */
export function rowsWith(ref: EventRef, slice: PlannedSlice, states: readonly DeliveryState[]): LogRow[] {
  const ordinals = ordinalsOf(slice);
  let next = 0;
  return slice.recipients.flatMap((recipient): LogRow[] => {
    if (recipient.kind === 'suppress') {
      return [{ id: `${ref.key}:${recipient.uid}`, uid: recipient.uid, reason: recipient.reason }];
    }
    return recipient.targets.map((target) => {
      const i = next++;
      return deliveryRow(ref, { ordinal: ordinals[i] as number, ...recipient, target }, states[i] as DeliveryState);
    });
  });
}

/** The ordinals of a slice's deliveries. */
export const ordinalsOf = (slice: PlannedSlice): number[] => deliveriesOf(slice).map(({ ordinal }) => ordinal);

const deliveryRow = (
  { key }: EventRef,
  { uid, target, ordinal, unread }: { uid: string; target: Target; ordinal: number; unread?: number },
  state: DeliveryState,
): LogRow => ({
  id: deliveryId(key, ordinal),
  uid,
  target,
  state,
  ...(unread === undefined ? {} : { unread }),
  ...(state === 'accepted' || isOpen(state) ? {} : { reason: state }),
});

/** The event key in a row id; undefined if the id is invalid. */
export const eventKeyIn = (id: string): string | undefined => /^(e[0-9a-z]{7,20})[-:]/.exec(id)?.[1];
