/** An app's jobs in a queue end at most here: the last of them has a rank one lower, BullMQ's highest priority. */
const LAST_END = 2 ** 21;

/** What one priority adds to a score in BullMQ's set of prioritized jobs; the rest is the order in which they came. */
const SCORE = 2 ** 32;

/** Delayed jobs whose rank is lowered, the next due first. Redis does nothing else meanwhile: about 100 ms. */
const MOST_DELAYED = 50_000;

/**
 * Lua: the rank of jobs in their queue, so that apps share it equally, however much each has waiting
 * (docs/rules/delivery.md#ranks). This is start-time fair queueing (Goyal, Vin and Cheng, SIGCOMM 1996,
 * https://doi.org/10.1145/248156.248171): an app's next job begins where its last one ends, or where the queue is now,
 * if that is further on. A rank is a priority of BullMQ: the lowest goes first, equal ones in order.
 */
export const RANKS_LUA = `
-- Lowers the rank that a job has when it comes back: BullMQ reads it from the job.
local function lowerJob(job, now)
  local rank = tonumber(redis.call('HGET', job, 'priority') or 0)
  if rank > 0 then redis.call('HSET', job, 'priority', math.max(1, rank - now + 1)) end
end

-- Lowers all ranks, so that the queue is at 1 again. queue: the prefix of its keys.
local function rebase(ranks, queue, now)
  local jobs = queue .. 'prioritized'
  local all, waiting = redis.call('HGETALL', ranks), redis.call('ZRANGE', jobs, 0, -1, 'WITHSCORES')
  for i = 1, #all, 2 do
    if tonumber(all[i + 1]) <= now then
      redis.call('HDEL', ranks, all[i])
    else
      redis.call('HINCRBY', ranks, all[i], 1 - now)
    end
  end
  for i = 1, #waiting, 2 do
    redis.call('ZADD', jobs, math.max(1, waiting[i + 1] - (now - 1) * ${SCORE}), waiting[i])
    lowerJob(queue .. waiting[i], now)
  end
  for _, id in ipairs(redis.call('ZRANGE', queue .. 'delayed', 0, ${MOST_DELAYED - 1})) do
    lowerJob(queue .. id, now)
  end
  for _, id in ipairs(redis.call('LRANGE', queue .. 'active', 0, -1)) do lowerJob(queue .. id, now) end
end

-- Returns the rank of an app's next jobs in a queue. cost: what they take together.
local function takeRank(root, queue, app, cost)
  local ranks, jobs = root .. 'ranks:' .. queue, root .. queue .. ':prioritized'
  local known = redis.call('HMGET', ranks, ':now', ':end', app)
  local last = tonumber(known[2] or 1)
  local head = redis.call('ZRANGE', jobs, 0, 0, 'WITHSCORES')[2]
  -- A job that is retried has the rank it had.
  local now = math.max(tonumber(known[1] or 1), head and math.floor(head / ${SCORE}) or last)
  local rank = math.max(now, tonumber(known[3] or 1))
  if rank + cost > ${LAST_END} then
    rebase(ranks, root .. queue .. ':', now)
    rank, last, now = rank - now + 1, math.max(1, last - now + 1), 1
  end
  if head then
    redis.call('HSET', ranks, ':now', now)
  else
    -- Nothing waits, so no app is behind another.
    redis.call('DEL', ranks)
  end
  redis.call('HSET', ranks, ':end', math.max(last, rank + cost), app, rank + cost)
  return rank
end
`;
