import type { DeliveryState, EventRef, PlannedRecipient, Target } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { readStates } from '../deliveries/states.ts';
import { readPacked } from '../finished/read-packed.ts';
import { keys } from '../keys.ts';
import { decodeSlice, deliveriesOf, type PlannedSlice } from './planned-slice.ts';

/** The plan for one recipient, and the current states of its deliveries. */
export interface PlannedTrace {
  recipient: PlannedRecipient;
  /** In the order of ordinals; empty for a recipient who was not notified. */
  deliveries: { ordinal: number; target: Target; state: DeliveryState; unread?: number }[];
}

/** Slices searched per round trip: about half a megabyte, which keeps the server busy for about a millisecond. */
const BATCH = 32;

/**
 * Searches some slices for a recipient on the server, so that others are not transferred: for the line in one that is
 * text, by its first and last uid in one that is deflated. Slices are numbered without gaps.
 */
const FIND = script<[number, Buffer] | number>(`
-- KEYS plan
-- ARGV first slice number, how many, uid
-- returns the number of a slice that may have the recipient, and the slice; 0: the plan goes on, 1: it ends here
-- Comparing strings in Lua depends on the server's locale.
local function isBefore(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < y end
  end
  return #a < #b
end
local head = '^[^\\t\\n]*\\t[^\\t\\n]*\\t[01]\\t3\\t[^\\t\\n]*\\t[^\\t\\n]*\\t([^\\t\\n]*)\\t([^\\t\\n]*)\\n'
local line = '\\n' .. ARGV[3] .. '\\t'
for number = tonumber(ARGV[1]), ARGV[1] + ARGV[2] - 1 do
  local slice = redis.call('HGET', KEYS[1], string.format('%d', number))
  if not slice then return 1 end
  local least, most = string.match(slice, head)
  local may
  if least then may = not isBefore(ARGV[3], least) and not isBefore(most, ARGV[3])
  else may = string.find(slice, line, 1, true) end
  if may then return {number, slice} end
end
return 0
`);

/**
 * The plan for one recipient of an event, with current states; undefined when they are not in the plan (yet) or the
 * event has expired. Searches a few slices at a time and stops at the first hit: a million recipients take some hundred
 * round trips and, measured on one machine, 0.15 s; more if the backend names recipients in no order, since every slice
 * may have them then.
 */
export async function findPlanned(redis: Redis, ref: EventRef, uid: string): Promise<PlannedTrace | undefined> {
  const slice = await findSliceOf(redis, ref, uid);
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

/** The slice that has a recipient, wherever it is kept. */
async function findSliceOf(redis: Redis, ref: EventRef, uid: string): Promise<PlannedSlice | undefined> {
  for (let first = 0; ; ) {
    const answer = await FIND.bytes(redis, [keys.plan(ref.shard, ref.key)], [first, BATCH, uid]);
    if (answer === 1) break;
    first = typeof answer === 'number' ? first + BATCH : answer[0] + 1;
    const slice = typeof answer === 'number' ? undefined : decodeSlice(answer[1]);
    if (slice?.recipients.some((one) => one.uid === uid)) return slice;
  }
  const moved = (await readPacked(redis, ref))?.plan;
  return moved === undefined ? undefined : decodeSlice(moved);
}
