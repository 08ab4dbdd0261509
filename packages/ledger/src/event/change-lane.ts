import type { EventRef, Lane } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { ADMISSION_LUA } from '../admission/admission.lua.ts';
import { type AdmittedEvent, admittedEvents, rankOf } from '../admission/admission.ts';
import { keys } from '../keys.ts';

const CHANGE_LANE = script<(string | number)[]>(`
-- KEYS event, open by receipt in the one lane and in the other, root of the shard's keys
-- ARGV from, to, event key, now
-- returns -1 when the event is not in that lane; else whether it is admitted to the other, its rank there, and key,
--   rank … of the events that are admitted to its place in the first
${ADMISSION_LUA}
local event = redis.call('HMGET', KEYS[1], 'lane', 'app', 'at', 'next')
if event[1] ~= ARGV[1] then return {-1} end
-- Deliveries planned before stay in the queues, and in the load, of the lane it leaves.
redis.call('HSET', KEYS[1], 'lane', ARGV[2], 'moved', event[4] or 0)
local since = redis.call('ZSCORE', KEYS[2], ARGV[3])
if since then
  redis.call('ZREM', KEYS[2], ARGV[3])
  redis.call('ZADD', KEYS[3], since, ARGV[3])
end
leave(KEYS[4], ARGV[1], event[2], ARGV[3])
lookNoMore(KEYS[4] .. 'open', ARGV[1], event[2], {ARGV[3]})
lookAt(KEYS[4] .. 'open', ARGV[2], event[2], ARGV[3], ARGV[4])
local rank = enter(KEYS[4], ARGV[2], event[2], ARGV[3], event[3], tonumber(ARGV[4]))
return {rank and 1 or 0, rank or 0, unpack(wake(KEYS[4], ARGV[1], event[2], tonumber(ARGV[4])))}
`);

/** What a change of lane leaves to do: jobs to add. */
export interface LaneChange {
  /** The event, if its job must be added to its new lane; otherwise it waits there to be admitted. */
  moved: AdmittedEvent[];
  /** Events that took its place in the old lane, whose jobs must be added there. */
  admitted: AdmittedEvent[];
}

/**
 * Moves an event that turns out to be large to another lane, once. Undefined when it is not in `from` (another worker
 * was first) or has expired. It keeps its retention.
 */
export async function changeLane(
  redis: Redis,
  { shard, key }: EventRef,
  from: Lane,
  to: Lane,
  now: number = Date.now(),
): Promise<LaneChange | undefined> {
  const [answer, rank, ...admitted] = await CHANGE_LANE(
    redis,
    [keys.event(shard, key), keys.openSince(shard, from), keys.openSince(shard, to), keys.root(shard)],
    [from, to, key, now],
  );
  if (answer === -1) return undefined;
  return { moved: answer === 1 ? [{ key, rank: rankOf(rank) }] : [], admitted: admittedEvents(admitted) };
}
