import type { EventRef, Lane } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { readStates } from '../deliveries/states.ts';
import { keys } from '../keys.ts';
import { type OpenJob, openJobs } from '../plan/packs.ts';
import { readSlice } from '../plan/plan.ts';
import { deliveriesOf, type PlannedSlice } from '../plan/planned-slice.ts';
import { LOOKS_LUA } from './looks.lua.ts';

/** Apps looked at per claim, and events of each: small, so that apps take turns often. */
const APPS = 10;
const EVENTS_OF_EACH = 10;

/** Returns open events that are due for a check and postpones them, so that several sweepers share the work. */
const CLAIM_DUE = script<string[]>(`
-- KEYS apps by first look, open events by receipt, root of the shard's keys
-- ARGV now, next look, apps, events of each
-- returns the keys of the events that are due, of the apps that have waited longest
local due = {}
for _, app in ipairs(redis.call('ZRANGE', KEYS[1], '-inf', ARGV[1], 'BYSCORE', 'LIMIT', 0, ARGV[3])) do
  local events = KEYS[1] .. ':' .. app
  for _, key in ipairs(redis.call('ZRANGE', events, '-inf', ARGV[1], 'BYSCORE', 'LIMIT', 0, ARGV[4])) do
    local event = redis.call('HMGET', KEYS[3] .. 'ev:' .. key, 'lane', 'done')
    if event[1] and not event[2] then
      redis.call('ZADD', events, ARGV[2], key)
      due[#due + 1] = key
    else
      redis.call('ZREM', events, key)
      redis.call('ZREM', KEYS[2], key)
    end
  end
  local first = redis.call('ZRANGE', events, 0, 0, 'WITHSCORES')[2]
  if not first then redis.call('ZREM', KEYS[1], app)
  else redis.call('ZADD', KEYS[1], math.max(first, ARGV[1]), app) end
end
return due
`);

/**
 * Some open events of a lane and shard that are due for a check, a few of each app, in turn; each is due again at
 * `again` (epoch ms). None when no event is due. Those that are done or have expired are dropped.
 */
export async function claimDueEvents(
  redis: Redis,
  shard: number,
  lane: Lane,
  when: { now: number; again: number },
): Promise<EventRef[]> {
  const due = await CLAIM_DUE(
    redis,
    [keys.looks(shard, lane), keys.openSince(shard, lane), keys.root(shard)],
    [when.now, when.again, APPS, EVENTS_OF_EACH],
  );
  return due.map((key) => ({ key, shard }));
}

const ADOPT = script<number>(`
-- KEYS open events of an older version, root of the shard's keys
-- ARGV now, limit
-- returns how many events were taken over
${LOOKS_LUA}
local keys = redis.call('ZRANGE', KEYS[1], 0, ARGV[2] - 1)
for _, key in ipairs(keys) do
  local event = redis.call('HMGET', KEYS[2] .. 'ev:' .. key, 'lane', 'app', 'at', 'done')
  if event[1] and not event[4] then
    lookAt(KEYS[1], event[1], event[2], key, ARGV[1], true)
    redis.call('ZADD', KEYS[1] .. ':' .. event[1], 'NX', event[3], key)
  end
  redis.call('ZREM', KEYS[1], key)
end
return #keys
`);

/** Takes over up to `limit` open events from the list in which older versions kept them. */
export const adoptOpenEvents = (redis: Redis, shard: number, now: number, limit: number): Promise<number> =>
  ADOPT(redis, [keys.open(shard), keys.root(shard)], [now, limit]);

/**
 * Compares what is settled and planned with the last check, and stores it. A check that stopped half-way goes on in any
 * case: the deliveries that it restored are being settled.
 */
const LOOK = script<number>(`
-- KEYS event
-- returns 1 when it has progressed since the last check and that is complete, else 0
local n = redis.call('HMGET', KEYS[1],
  'slice', 'accepted', 'token_dead', 'rejected', 'expired', 'superseded', 'look', 'swept')
if not n[1] then return 0 end
local look = n[1]
for i = 2, 6 do look = look .. ' ' .. (n[i] or 0) end
if look == (n[7] or '0 0 0 0 0 0') then return 0 end
redis.call('HSET', KEYS[1], 'look', look)
return n[8] and 0 or 1
`);

/**
 * Those of some events that have not progressed since the last call, or whose check stopped half-way: the sweeper
 * leaves the others alone.
 */
export async function stuckSinceLastLook(redis: Redis, refs: readonly EventRef[]): Promise<EventRef[]> {
  const moved = await LOOK.each(
    redis,
    refs.map(({ shard, key }) => ({ keys: [keys.event(shard, key)], args: [] })),
  );
  return refs.filter((_, i) => moved[i] === 0);
}

const GO_ON_AT = script<null>(`
-- KEYS event, root of the shard's keys
-- ARGV event key, slice, now
-- returns nothing
${LOOKS_LUA}
local event = redis.call('HMGET', KEYS[1], 'lane', 'app', 'exp', 'done')
if not event[3] or event[4] then return end
redis.call('HSET', KEYS[1], 'swept', ARGV[2])
lookAt(KEYS[2] .. 'open', event[1], event[2], ARGV[1], ARGV[3])
`);

/** Lets the check of an event go on at this slice, once others that are due have had their turn. */
export const sweepOnAt = async (redis: Redis, { shard, key }: EventRef, slice: number, now: number): Promise<void> => {
  await GO_ON_AT(redis, [keys.event(shard, key), keys.root(shard)], [key, slice, now]);
};

/** The slice at which the check of an event goes on; 0 unless the last one stopped half-way. */
export const sweptUntil = async (redis: Redis, { shard, key }: EventRef): Promise<number> =>
  Number((await redis.hget(keys.event(shard, key), 'swept')) ?? 0);

/** Notes that an event was checked to its end: the next check begins at its first slice. */
export const sweptToEnd = async (redis: Redis, { shard, key }: EventRef): Promise<void> => {
  await redis.hdel(keys.event(shard, key), 'swept');
};

/** A slice and the jobs that its open deliveries need. */
export interface OpenSlice {
  number: number;
  jobs: OpenJob[];
}

/** An event's slices that have open deliveries, one at a time, so that memory stays bounded; `to` is not included. */
export async function* openSlices(
  redis: Redis,
  ref: EventRef,
  { from = 0, to = Number.POSITIVE_INFINITY }: { from?: number; to?: number } = {},
): AsyncGenerator<OpenSlice> {
  for (let number = from; number < to; number++) {
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
