import { script } from '@fanfare/redis';
import type { JobJson, JobsOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import { PLACE_LUA } from './add-jobs.ts';

/** A job that was taken. */
export interface TakenJob {
  id: string;
  /** The token of its lock. */
  token: string;
  json: JobJson;
}

/** What a run has taken. */
export interface Taken {
  jobs: TakenJob[];
  /** When the next delayed job is due, epoch ms, if fewer were taken than asked for; 0 when none is delayed. */
  nextAt: number;
}

/** The fields that are read of a job, in this order. */
const FIELDS = ['name', 'data', 'opts', 'timestamp', 'delay', 'priority', 'ats', 'atm', 'stc', 'stacktrace', 'defa'];

type Values = [name: string, data: string | null, options: string | null, ...rest: (string | null)[]];

/**
 * What BullMQ's `moveToActive` does (version 6), for many jobs at once, except its stream of events. Reads before it
 * pops, so that a Redis that takes no writes loses none.
 */
const TAKE = script<[nextAt: string, ...jobs: (string | Values)[]]>(`
-- KEYS prefix of the queue's keys
-- ARGV time, token, how long the locks last, the most jobs to take
-- returns when the next delayed job is due, then of each job taken its id and ${FIELDS.join(', ')}
${PLACE_LUA}
local queue, now, most = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[4])
local delayed, wait, active, ranked = queue .. 'delayed', queue .. 'wait', queue .. 'active', queue .. 'prioritized'
for _, id in ipairs(redis.call('ZRANGEBYSCORE', delayed, 0, (now + 1) * 0x1000 - 1, 'LIMIT', 0, 1000)) do
  placeAll(queue, {id, redis.call('HGET', queue .. id, 'priority') or '0'})
  redis.call('HSET', queue .. id, 'delay', 0)
  redis.call('ZREM', delayed, id)
end
local all = {'0'}
if redis.call('HEXISTS', queue .. 'meta', 'paused') == 1 then return all end
local ids = {}
while #ids < most do
  local id = redis.call('RPOPLPUSH', wait, active)
  if not id then break end
  ids[#ids + 1] = id
end
if #ids < most then
  local next = redis.call('ZRANGE', ranked, 0, most - #ids - 1)
  if #next > 0 then
    redis.call('LPUSH', active, unpack(next))
    redis.call('ZREMRANGEBYRANK', ranked, 0, #next - 1)
    for _, id in ipairs(next) do ids[#ids + 1] = id end
  end
end
for _, id in ipairs(ids) do
  local job = queue .. id
  local values = redis.call('HMGET', job, '${FIELDS.join("', '")}')
  if values[1] then
    redis.call('SET', job .. ':lock', ARGV[2], 'PX', ARGV[3])
    values[7] = (values[7] or 0) + 1
    redis.call('HSET', job, 'processedOn', ARGV[1], 'ats', values[7])
    all[#all + 1] = id
    all[#all + 1] = values
  else
    redis.call('LREM', active, 1, id)
  end
end
if #ids < most then
  redis.call('DEL', queue .. 'pc')
  local due = redis.call('ZRANGE', delayed, 0, 0, 'WITHSCORES')[2]
  if due then all[1] = tostring(math.floor(tonumber(due) / 0x1000)) end
else
  -- There may be more, for a worker that waits.
  redis.call('ZADD', queue .. 'marker', 0, '0')
end
return all
`);

/** Takes the next jobs of a queue, at most `most`, and locks them with this token. `queue`: prefix of its keys. */
export async function takeJobs(
  redis: Redis,
  queue: string,
  { now, token, lockMs, most }: { now: number; token: string; lockMs: number; most: number },
): Promise<Taken> {
  const [nextAt, ...answers] = await TAKE(redis, [queue], [now, token, lockMs, most]);
  const jobs: TakenJob[] = [];
  for (let i = 0; i < answers.length; i += 2) {
    const id = answers[i] as string;
    jobs.push({ id, token, json: jsonOf(id, answers[i + 1] as Values) });
  }
  return { jobs, nextAt: Number(nextAt) };
}

/** A job in the form that BullMQ makes its own of. */
function jsonOf(
  id: string,
  [name, data, options, timestamp, delay, priority, ats, atm, stc, stacktrace, defa]: Values,
): JobJson {
  return {
    id,
    name,
    data: data ?? '{}',
    opts: optionsOf(options ?? '{}'),
    progress: 0,
    timestamp: Number(timestamp),
    delay: Number(delay),
    priority: Number(priority),
    attemptsStarted: Number(ats),
    attemptsMade: Number(atm),
    stalledCounter: Number(stc),
    ...(stacktrace == null ? {} : { stacktrace }),
    ...(defa == null ? {} : { deferredFailure: defa }),
  } as JobJson;
}

const parsed = { text: '{}', options: {} as JobsOptions };

/** Nearly all jobs have the same. BullMQ copies them. */
function optionsOf(text: string): JobsOptions {
  if (text !== parsed.text) Object.assign(parsed, { text, options: JSON.parse(text) });
  return parsed.options;
}
