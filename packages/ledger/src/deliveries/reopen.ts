import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { LOAD_LUA } from '../admission/load.lua.ts';
import { LOOKS_LUA } from '../event/looks.lua.ts';
import { COUNT_OPEN } from '../event/open-usage.ts';
import { keys, loadField } from '../keys.ts';
import type { FoundDeadLetter } from './letter-record.ts';
import { STATE_BITS, stateNumber } from './states.ts';

/** Makes a rejected delivery `retrying`, since it gets a job of its own; takes its letter off, stores its deadline. */
const REOPEN = script<number>(`
-- KEYS event, states, load, root of the shard's keys, dead letters, attempts
-- ARGV event key, ordinal, delivery id, load field, deadline, first sweep, now
-- returns 1, 0 when there is no such letter or the delivery is not rejected, -1 when the event is gone
${COUNT_OPEN}
${LOOKS_LUA}
${LOAD_LUA}
redis.call('ZREM', KEYS[5], ARGV[3])
if redis.call('HDEL', KEYS[6], 'd' .. ARGV[2]) == 0 then return 0 end
local exp = redis.call('HGET', KEYS[1], 'exp')
if not exp then return -1 end
local state = redis.call('BITFIELD', KEYS[2], 'GET', '${STATE_BITS}', '#' .. ARGV[2])[1]
if state ~= ${stateNumber('rejected')} then return 0 end
redis.call('BITFIELD', KEYS[2], 'SET', '${STATE_BITS}', '#' .. ARGV[2], ${stateNumber('retrying')})
redis.call('HINCRBY', KEYS[1], 'rejected', -1)
local of = redis.call('HMGET', KEYS[1], 'app', 'lane')
local app, lane = of[1], of[2]
if redis.call('HDEL', KEYS[1], 'done') == 1 then
  countOpen(KEYS[4], lane, app, 1, redis.call('HSTRLEN', KEYS[1], 'ev'), tonumber(exp))
  -- A check that stopped half-way is over: the next one begins at the first slice.
  redis.call('HDEL', KEYS[1], 'swept')
end
countLoad(KEYS[3], loadLanes(KEYS[1])(ARGV[2]), ARGV[4], ${stateNumber('retrying')}, 1)
redis.call('HSET', KEYS[6], 'x' .. ARGV[2], ARGV[5])
redis.call('PEXPIREAT', KEYS[6], exp)
lookAt(KEYS[4] .. 'open', lane, app, ARGV[1], ARGV[6])
redis.call('ZADD', KEYS[4] .. 'open:' .. lane, 'NX', ARGV[7], ARGV[1])
return 1
`);

/**
 * Reopens one dead letter for a replay, once. Returns false when there was nothing to reopen: another replay was first,
 * the letter was dismissed or dropped meanwhile, or its event's record has expired (then the letter goes as well).
 */
export async function reopen(
  redis: Redis,
  appId: string,
  letter: FoundDeadLetter,
  when: { now: number; deadline: number; sweepAt: number },
): Promise<boolean> {
  const { shard, key } = letter.ref;
  const answer = await REOPEN(
    redis,
    [
      keys.event(shard, key),
      keys.states(shard, key),
      keys.load(shard),
      keys.root(shard),
      keys.deadLetters(shard, appId),
      keys.attempts(shard, key),
    ],
    [key, letter.ordinal, letter.id, loadField(appId, letter.provider), when.deadline, when.sweepAt, when.now],
  );
  return answer === 1;
}
