import type { EventRef, Lane } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { script } from '../script.ts';

const CHANGE = script<number>(`
-- KEYS event; ARGV from, to
if redis.call('HGET', KEYS[1], 'lane') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'lane', ARGV[2])
return 1
`);

/**
 * Moves an event that turns out to be large from one lane to another, once: false when it is not in `from` (another was
 * first) or is gone. It keeps the retention it was accepted with; its job is the caller's to move.
 */
export const changeLane = async (redis: Redis, { shard, key }: EventRef, from: Lane, to: Lane): Promise<boolean> =>
  (await CHANGE(redis, [keys.event(shard, key)], [from, to])) === 1;
