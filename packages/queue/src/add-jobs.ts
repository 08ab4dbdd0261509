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
 * Lua that places a job that may be taken now: one without a rank at the end of the list, the others by rank, then in
 * the order of placing, which BullMQ counts in 32 bits.
 */
export const PLACE_LUA = `
local function place(queue, id, rank)
  if rank == '0' then return redis.call('LPUSH', queue .. 'wait', id) end
  local count = redis.call('INCR', queue .. 'pc')
  redis.call('ZADD', queue .. 'prioritized', tonumber(rank) * 0x100000000 + count % 0x100000000, id)
end
`;

/**
 * What BullMQ's scripts of the same purpose write (version 6), for many jobs at once, except its stream of events,
 * which nothing here reads. BullMQ's run once per job and take five times as long.
 */
const ADD = script<string[]>(`
-- KEYS prefix of the queue's keys
-- ARGV time, name, options, then of each job: id, data, delay, rank
-- returns the ids of those that exist already, which are left as they are
${PLACE_LUA}
local queue, now = KEYS[1], tonumber(ARGV[1])
local ready, delayed, existing = 0, 0, {}
for i = 4, #ARGV, 4 do
  local id, delay, rank = ARGV[i], ARGV[i + 2], ARGV[i + 3]
  local job = queue .. id
  if redis.call('EXISTS', job) == 1 then
    existing[#existing + 1] = id
  else
    redis.call('HSET', job, 'name', ARGV[2], 'data', ARGV[i + 1], 'opts', ARGV[3], 'timestamp', ARGV[1],
      'delay', delay, 'priority', rank)
    if delay ~= '0' then
      -- In order within a millisecond: 4096 jobs have places of their own.
      local first = (now + tonumber(delay)) * 0x1000
      local last = first + 0xfff
      local newest = redis.call('ZREVRANGEBYSCORE', queue .. 'delayed', last, first, 'WITHSCORES', 'LIMIT', 0, 1)[2]
      redis.call('ZADD', queue .. 'delayed', newest and math.min(tonumber(newest) + 1, last) or first, id)
      delayed = delayed + 1
    else
      place(queue, id, rank)
      ready = ready + 1
    end
  end
end
-- What workers without work wait for.
if delayed > 0 then
  local due = redis.call('ZRANGE', queue .. 'delayed', 0, 0, 'WITHSCORES')[2]
  redis.call('ZADD', queue .. 'marker', tonumber(due) / 0x1000, '1')
end
if ready > 0 then redis.call('ZADD', queue .. 'marker', 0, '0') end
return existing
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
