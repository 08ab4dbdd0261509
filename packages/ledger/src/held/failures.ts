import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { type Gate, gateId } from './gate-id.ts';

/** How long after the last failure they are remembered, ms: a delivery is retried at least once in this time. */
const KEPT_MS = 60_000;

const COUNT = script<number>(`
-- KEYS failures
-- ARGV how long they are remembered
-- returns how many there are
local count = redis.call('INCR', KEYS[1])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return count
`);

/**
 * Counts a failed send of a closed gate, for all senders and shards. Returns how many were counted since one of those
 * senders had an answer: each of a hundred senders sees too few of them to tell that an endpoint is down.
 */
export const countFailure = (redis: Redis, gate: Gate): Promise<number> =>
  COUNT(redis, [keys.failures(gateId(gate))], [KEPT_MS]);

/** Forgets the failures that were counted: the endpoint answers, or its gate has opened. */
export async function forgetFailures(redis: Redis, gate: Gate): Promise<void> {
  await redis.del(keys.failures(gateId(gate)));
}
