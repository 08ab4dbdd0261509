import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';

/** A job to add. */
export interface JobToAdd {
  id: string;
  /** Its data as JSON. */
  data: string;
  /** How long it waits first, ms. */
  delayMs?: number | undefined;
  /** Its place in the queue: the lowest goes first, one without before all with a rank. From 1. */
  rank?: number | undefined;
}

/** What the jobs of one run have in common. */
export interface Common {
  name: string;
  /** BullMQ's options as JSON. */
  options: string;
  /** When they are added, epoch ms. */
  now: number;
}

/**
 * Lua that places jobs that may be taken now, given as `id, rank, …`: one without a rank at the end of the list, the
 * others by rank, then in the order of placing, which BullMQ counts in 32 bits.
 */
export const PLACE_LUA = `
local function placeAll(queue, jobs)
  local waiting, ranked = {}, {}
  for i = 1, #jobs, 2 do
    if tonumber(jobs[i + 1]) == 0 then
      waiting[#waiting + 1] = jobs[i]
    else
      ranked[#ranked + 1], ranked[#ranked + 2] = jobs[i + 1], jobs[i]
    end
  end
  local n = #ranked / 2
  local count = n > 0 and redis.call('INCRBY', queue .. 'pc', n) - n or 0
  for i = 1, n do
    ranked[2 * i - 1] = ranked[2 * i - 1] * 0x100000000 + (count + i) % 0x100000000
  end
  -- Lua passes at most 8,000 arguments.
  for i = 1, #waiting, 1000 do
    redis.call('LPUSH', queue .. 'wait', unpack(waiting, i, math.min(i + 999, #waiting)))
  end
  for i = 1, #ranked, 1000 do
    redis.call('ZADD', queue .. 'prioritized', unpack(ranked, i, math.min(i + 999, #ranked)))
  end
end
`;

/**
 * Lua that adds jobs, given as `id, data, delay, rank, …` from an index of a list on: what BullMQ's scripts of the same
 * purpose write (version 6), for many jobs at once, except its stream of events, which nothing here reads. Returns the
 * ids of those that exist already, which are left as they are.
 */
export const ADD_LUA = `
${PLACE_LUA}
local function addJobs(queue, now, name, options, jobs, from)
  local ready, existing, delayed = {}, {}, false
  local time = string.format('%d', now)
  for i = from, #jobs, 4 do
    local id, delay, rank = jobs[i], jobs[i + 2], jobs[i + 3]
    local job = queue .. id
    if redis.call('EXISTS', job) == 1 then
      existing[#existing + 1] = id
    else
      redis.call('HSET', job, 'name', name, 'data', jobs[i + 1], 'opts', options, 'timestamp', time, 'delay', delay,
        'priority', rank)
      if tonumber(delay) ~= 0 then
        -- In order within a millisecond: 4096 jobs have places of their own.
        local first = (now + tonumber(delay)) * 0x1000
        local last = first + 0xfff
        local newest = redis.call('ZREVRANGEBYSCORE', queue .. 'delayed', last, first, 'WITHSCORES', 'LIMIT', 0, 1)[2]
        redis.call('ZADD', queue .. 'delayed', newest and math.min(tonumber(newest) + 1, last) or first, id)
        delayed = true
      else
        ready[#ready + 1], ready[#ready + 2] = id, rank
      end
    end
  end
  placeAll(queue, ready)
  -- What workers without work wait for.
  if delayed then
    local due = redis.call('ZRANGE', queue .. 'delayed', 0, 0, 'WITHSCORES')[2]
    redis.call('ZADD', queue .. 'marker', tonumber(due) / 0x1000, '1')
  end
  if #ready > 0 then redis.call('ZADD', queue .. 'marker', 0, '0') end
  return existing
end
`;

/** BullMQ's scripts run once per job and take five times as long. */
const ADD = script<string[]>(`
-- KEYS prefix of the queue's keys
-- ARGV time, name, options, then of each job: id, data, delay, rank
-- returns the ids of those that exist already
${ADD_LUA}
return addJobs(KEYS[1], tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV, 4)
`);

/**
 * Adds jobs to a queue, all of them or none. `queue` is the prefix of its keys. Returns the ids of those that exist
 * already.
 */
export async function addJobs(
  redis: Redis,
  queue: string,
  { name, options, now }: Common,
  jobs: readonly JobToAdd[],
): Promise<string[]> {
  const each = jobs.flatMap(({ id, data, delayMs = 0, rank = 0 }) => [id, data, delayMs, rank]);
  return ADD(redis, [queue], [now, name, options, ...each]);
}
