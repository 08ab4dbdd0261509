import type { EventRef, Lane } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { ADMISSION_LUA } from './admission.lua.ts';
import { ADMISSION_LIMITS } from './limits.ts';

/** An event that is admitted: it needs a job. */
export interface AdmittedEvent {
  key: string;
  /** Its rank among the jobs of its lane; absent in the bulk lane. */
  rank?: number | undefined;
}

/** Reads what the scripts return of events that are admitted: key, rank …; a rank of 0 stands for none. */
export function admittedEvents(flat: readonly (string | number)[]): AdmittedEvent[] {
  const events: AdmittedEvent[] = [];
  for (let i = 0; i < flat.length; i += 2) events.push({ key: flat[i] as string, rank: rankOf(flat[i + 1]) });
  return events;
}

/** A rank from a script; 0 stands for none. */
export const rankOf = (number: unknown): number | undefined => Number(number) || undefined;

/**
 * Lua: whether a slice of the event is planned whose deliveries may not all have jobs, because a worker was cut off.
 * They count as ready, so an event that waited for them to be sent would wait forever.
 */
const UNQUEUED_LUA = `
local function isUnqueued(event, root, key)
  local slice = redis.call('HGET', event, 'slice')
  return slice and redis.call('HEXISTS', root .. 'plan:' .. key, slice) == 1
end`;

const IS_LOADED = script<number>(`
-- KEYS event, root of the shard's keys
-- ARGV event key
-- returns 1 when the event's app has as many deliveries ready as it may have, else 0
${ADMISSION_LUA}
${UNQUEUED_LUA}
local event = redis.call('HMGET', KEYS[1], 'lane', 'app')
if not event[1] or isUnqueued(KEYS[1], KEYS[2], ARGV[1]) then return 0 end
return isLoaded(KEYS[2], event[1], event[2], 1) and 1 or 0
`);

/**
 * Whether no slice of this event may be planned now, because its app has too many deliveries ready in its lane. A slice
 * that is planned already must be queued whatever there is.
 */
export const isLoaded = async (redis: Redis, { shard, key }: EventRef): Promise<boolean> =>
  (await IS_LOADED(redis, [keys.event(shard, key), keys.root(shard)], [key])) === 1;

const PARK = script<number>(`
-- KEYS event, root of the shard's keys
-- ARGV event key
-- returns 1 when its job must be added again, else 0
${ADMISSION_LUA}
${UNQUEUED_LUA}
local event = redis.call('HMGET', KEYS[1], 'lane', 'app', 'at', 'adm', 'full')
if not event[1] or event[4] == '0' or event[5] then return 0 end
if isUnqueued(KEYS[1], KEYS[2], ARGV[1]) or not isLoaded(KEYS[2], event[1], event[2], 1) then return 1 end
leave(KEYS[2], event[1], event[2], ARGV[1])
wait(KEYS[2], event[1], event[2], ARGV[1], event[3])
return 0
`);

/**
 * Puts an event whose job has ended back into its app's list, where it waits until some of the app's deliveries are
 * sent: `parked`. If there is room by now, its job must be added again: `room`. Running it again changes nothing.
 */
export const parkEvent = async (redis: Redis, { shard, key }: EventRef): Promise<'parked' | 'room'> =>
  (await PARK(redis, [keys.event(shard, key), keys.root(shard)], [key])) === 1 ? 'room' : 'parked';

const STEP_ASIDE = script<(string | number)[]>(`
-- KEYS event, root of the shard's keys
-- ARGV event key, now
-- returns key, rank … of the events that are admitted in its place
${ADMISSION_LUA}
local event = redis.call('HMGET', KEYS[1], 'lane', 'app')
if not event[1] then return {} end
leave(KEYS[2], event[1], event[2], ARGV[1])
return wake(KEYS[2], event[1], event[2], tonumber(ARGV[2]))
`);

/**
 * Gives an event's place to the next one of its app while it waits for something other than fan-out: a moderation
 * verdict, or a list of members. It keeps its job. Returns the events that are admitted: the caller adds their jobs.
 * Nothing happens when it is run again.
 */
export const stepAside = async (redis: Redis, { shard, key }: EventRef, now: number): Promise<AdmittedEvent[]> =>
  admittedEvents(await STEP_ASIDE(redis, [keys.event(shard, key), keys.root(shard)], [key, now]));

/** The keys of the events of a lane that were admitted until `before` (epoch ms) and are not fully planned. */
export const readAdmitted = (redis: Redis, shard: number, lane: Lane, before: number): Promise<string[]> =>
  redis.zrange(keys.admitted(shard, lane), '-inf', String(before), 'BYSCORE');

const CONFIRM_ADMITTED = script<string[]>(`
-- KEYS root of the shard's keys
-- ARGV lane, now, event key …
-- returns those that are still admitted to the lane
local admitted, confirmed = KEYS[1] .. 'admitted:' .. ARGV[1], {}
for i = 3, #ARGV do
  local event = redis.call('HMGET', KEYS[1] .. 'ev:' .. ARGV[i], 'lane', 'adm')
  if event[1] == ARGV[1] and event[2] == '1' then
    redis.call('ZADD', admitted, 'XX', ARGV[2], ARGV[i])
    confirmed[#confirmed + 1] = ARGV[i]
  else
    redis.call('ZREM', admitted, ARGV[i])
  end
end
return confirmed
`);

/**
 * Those of a lane's events that are still admitted at `now`; they count as admitted anew, so that they are not looked
 * at again at once. An event whose record has expired loses its place.
 */
export async function confirmAdmitted(
  redis: Redis,
  shard: number,
  lane: Lane,
  events: readonly string[],
  now: number,
): Promise<string[]> {
  if (events.length === 0) return [];
  return CONFIRM_ADMITTED(redis, [keys.root(shard)], [lane, now, ...events]);
}

const RECOUNT = script<number>(`
-- KEYS counts by app, admitted events, root of the shard's keys
-- returns 1 when the counts were wrong, else 0
local sum = 0
for _, count in ipairs(redis.call('HVALS', KEYS[1])) do sum = sum + tonumber(count) end
if sum == redis.call('ZCARD', KEYS[2]) then return 0 end
redis.call('DEL', KEYS[1])
for _, key in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  local app = redis.call('HGET', KEYS[3] .. 'ev:' .. key, 'app')
  if app then redis.call('HINCRBY', KEYS[1], app, 1) else redis.call('ZREM', KEYS[2], key) end
end
return 1
`);

/** Counts the admitted events of a lane again, if the counts by app do not add up. */
export const recountAdmitted = async (redis: Redis, shard: number, lane: Lane): Promise<boolean> =>
  (await RECOUNT(redis, [keys.admittedCounts(shard, lane), keys.admitted(shard, lane), keys.root(shard)], [])) === 1;

const WAKE = script<(string | number)[]>(`
-- KEYS root of the shard's keys
-- ARGV lane, app, now, share
-- returns key, rank … of the events that are admitted
${ADMISSION_LUA}
return wake(KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]))
`);

/** Events that were admitted together; each needs a job. */
export interface Admitted {
  shard: number;
  lane: Lane;
  events: AdmittedEvent[];
}

/** Whose waiting events may have room now. */
export interface Waiting {
  shard: number;
  lane: Lane;
  appId: string;
}

/** Admits events that wait although their apps have room; the caller adds their jobs. */
export async function wakeWaiting(redis: Redis, shard: number, lane: Lane, now: number): Promise<AdmittedEvent[]> {
  const apps = await redis.smembers(keys.waitingApps(shard, lane));
  const woken = await wake(
    redis,
    apps.map((appId) => ({ shard, lane, appId })),
    now,
    1,
  );
  return woken.flat();
}

/**
 * Admits events of apps whose deliveries have been sent or held, once they have few enough left; the caller adds their
 * jobs. Costs little while none of their events wait.
 */
export async function admitWaiting(redis: Redis, all: readonly Waiting[], now: number): Promise<Admitted[]> {
  const woken = await wake(redis, all, now, ADMISSION_LIMITS.lowWater);
  return all.flatMap(({ shard, lane }, i) => (woken[i]?.length ? { shard, lane, events: woken[i] } : []));
}

async function wake(redis: Redis, all: readonly Waiting[], now: number, share: number): Promise<AdmittedEvent[][]> {
  const answers = await WAKE.each(
    redis,
    all.map(({ shard, lane, appId }) => ({ keys: [keys.root(shard)], args: [lane, appId, now, share] })),
  );
  return answers.map(admittedEvents);
}
