import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';

/** Adds up the lists of a shard; apps without letters leave the set. */
const COUNT = script<number>(`
-- KEYS apps with dead letters
-- ARGV prefix of the lists
-- returns the number of letters
local total = 0
for _, app in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local letters = redis.call('ZCARD', ARGV[1] .. app)
  if letters == 0 then redis.call('SREM', KEYS[1], app) end
  total = total + letters
end
return total
`);

/** The dead letters of all apps that are listed: neither replayed nor dismissed nor expired. */
export async function countDeadLetters(redis: Redis, shards: number): Promise<number> {
  const perShard = await Promise.all(
    Array.from({ length: shards }, (_, shard) =>
      COUNT(redis, [keys.deadLetterApps(shard)], [keys.deadLetters(shard, '')]),
    ),
  );
  return perShard.reduce((sum, count) => sum + count, 0);
}
