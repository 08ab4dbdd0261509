import type { DeliveryState, EventRef, PlannedRecipient, Target } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { readStates } from '../deliveries/states.ts';
import { readPacked } from '../finished/read-packed.ts';
import { keys } from '../keys.ts';
import { decodeSlice, deliveriesOf } from './planned-slice.ts';

/** The plan for one recipient, and the current states of its deliveries. */
export interface PlannedTrace {
  recipient: PlannedRecipient;
  /** In the order of ordinals; empty for a recipient who was not notified. */
  deliveries: { ordinal: number; target: Target; state: DeliveryState; unread?: number }[];
}

/** Slices searched per round trip: about half a megabyte, which keeps the server busy for about a millisecond. */
const BATCH = 32;

/**
 * Searches some slices for a recipient's line on the server, so that only the slice with it is transferred. Slices are
 * numbered without gaps: returns 0 when the plan goes on, 1 when it ends here.
 */
const FIND = script<string | number>(`
-- KEYS plan
-- ARGV first slice number, how many, line feed and uid and tab
-- returns the slice that has the recipient, 0 when the plan goes on, 1 when it ends here
for number = tonumber(ARGV[1]), ARGV[1] + ARGV[2] - 1 do
  local slice = redis.call('HGET', KEYS[1], string.format('%d', number))
  if not slice then return 1 end
  if string.find(slice, ARGV[3], 1, true) then return slice end
end
return 0
`);

/**
 * The plan for one recipient of an event, with current states; undefined when they are not in the plan (yet) or the
 * event has expired. Searches a few slices at a time and stops at the first hit: a million recipients take some hundred
 * round trips and, measured on one machine, 0.15 s.
 */
export async function findPlanned(redis: Redis, ref: EventRef, uid: string): Promise<PlannedTrace | undefined> {
  let text: string | number = 0;
  for (let first = 0; text === 0; first += BATCH) {
    text = await FIND(redis, [keys.plan(ref.shard, ref.key)], [first, BATCH, `\n${uid}\t`]);
  }
  const found = typeof text === 'string' ? text : (await readPacked(redis, ref))?.plan;
  const slice = found === undefined ? undefined : decodeSlice(found);
  const recipient = slice?.recipients.find((one) => one.uid === uid);
  if (!slice || !recipient) return undefined;
  const deliveries = deliveriesOf(slice).filter((delivery) => delivery.uid === uid);
  const ordinals = deliveries.map((delivery) => delivery.ordinal);
  const states = await readStates(redis, ref, ordinals);
  return {
    recipient,
    deliveries: deliveries.map(({ ordinal, uid: _, unread, ...target }, i) => ({
      ordinal,
      target,
      state: states[i] as DeliveryState,
      ...(unread === undefined ? {} : { unread }),
    })),
  };
}
