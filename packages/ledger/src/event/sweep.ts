import { type EventRef, LANES } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { readStates } from '../deliveries/states.ts';
import { keys } from '../keys.ts';
import { type OpenJob, openJobs } from '../plan/packs.ts';
import { readSlice } from '../plan/plan.ts';
import { deliveriesOf, type PlannedSlice } from '../plan/planned-slice.ts';

/** Returns open events that are due for a check and postpones them, so that several sweepers share the work. */
const CLAIM_DUE = script<string[]>(`
-- KEYS open
-- ARGV now, next look, limit
-- returns the keys of the events that are due
local due = redis.call('ZRANGE', KEYS[1], '-inf', ARGV[1], 'BYSCORE', 'LIMIT', 0, ARGV[3])
for _, key in ipairs(due) do redis.call('ZADD', KEYS[1], ARGV[2], key) end
return due
`);

/** Up to `limit` open events of a shard that are due for a check; each is due again at `again` (epoch ms). */
export async function claimDueEvents(
  redis: Redis,
  shard: number,
  when: { now: number; again: number },
  limit: number,
): Promise<EventRef[]> {
  const due = await CLAIM_DUE(redis, [keys.open(shard)], [when.now, when.again, limit]);
  return due.map((key) => ({ key, shard }));
}

/** Removes an event whose record has expired from the lists of open events. */
export const forgetEvent = async (redis: Redis, { shard, key }: EventRef): Promise<void> => {
  const lists = [keys.open(shard), ...LANES.map((lane) => keys.openSince(shard, lane))];
  await Promise.all(lists.map((list) => redis.zrem(list, key)));
};

/** Compares what is settled and planned with the last check, and stores it. */
const LOOK = script<number>(`
-- KEYS event, open
-- ARGV event key
-- returns 1 when it has progressed since the last check, else 0
local n = redis.call('HMGET', KEYS[1],
  'slice', 'accepted', 'token_dead', 'rejected', 'expired', 'superseded', 'look', 'lane', 'at')
if not n[1] then return 0 end
-- An event that was accepted by an older version is not yet listed by receipt.
if redis.call('ZSCORE', KEYS[2], ARGV[1]) then redis.call('ZADD', KEYS[2] .. ':' .. n[8], 'NX', n[9], ARGV[1]) end
local look = n[1]
for i = 2, 6 do look = look .. ' ' .. (n[i] or 0) end
if look == n[7] then return 0 end
redis.call('HSET', KEYS[1], 'look', look)
return 1
`);

/** Whether an event has progressed since the last call: the sweeper leaves such events alone. */
export const movedSinceLastLook = async (redis: Redis, { shard, key }: EventRef): Promise<boolean> =>
  (await LOOK(redis, [keys.event(shard, key), keys.open(shard)], [key])) === 1;

/** A slice and the jobs that its open deliveries need. */
export interface OpenSlice {
  number: number;
  jobs: OpenJob[];
}

/** An event's first slices that have open deliveries, one at a time, so that memory stays bounded. */
export async function* openSlices(
  redis: Redis,
  ref: EventRef,
  slices = Number.POSITIVE_INFINITY,
): AsyncGenerator<OpenSlice> {
  for (let number = 0; number < slices; number++) {
    const slice = await readSlice(redis, ref, number);
    if (!slice) return;
    const jobs = await readOpenJobs(redis, ref, slice);
    if (jobs.length > 0) yield { number, jobs };
  }
}

/** The jobs that the open deliveries of a slice need. */
export async function readOpenJobs(redis: Redis, ref: EventRef, slice: PlannedSlice): Promise<OpenJob[]> {
  const ordinals = deliveriesOf(slice).map(({ ordinal }) => ordinal);
  return openJobs(slice, await readStates(redis, ref, ordinals));
}
