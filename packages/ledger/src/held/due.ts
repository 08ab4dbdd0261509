import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { type Gate, parseGateId } from './gate-id.ts';
import { decodeEntry, type OpenGate } from './gates.ts';

/** A gate that has deliveries held and is due for a look, and how it stands. */
export interface DueGate {
  gate: Gate;
  /** Undefined: it is closed. */
  open: OpenGate | undefined;
}

/** Returns the gates that are due and postpones them, so that several senders share the work. */
const CLAIM = script<(string | null)[]>(`
-- KEYS gates by next look
-- ARGV now, next look, limit, prefix of gates
-- returns per gate: the gate, its entry or nothing
local answer = {}
for i, gate in ipairs(redis.call('ZRANGE', KEYS[1], '-inf', ARGV[1], 'BYSCORE', 'LIMIT', 0, ARGV[3])) do
  redis.call('ZADD', KEYS[1], ARGV[2], gate)
  answer[2 * i - 1] = gate
  answer[2 * i] = redis.call('GET', ARGV[4] .. gate)
end
return answer
`);

/**
 * Up to `limit` gates of a shard whose held deliveries may go on: the pause is over, a deadline is near, or the gate is
 * closed. Each is due again at `again` (epoch ms).
 */
export async function claimDueGates(
  redis: Redis,
  shard: number,
  when: { now: number; again: number },
  limit: number,
): Promise<DueGate[]> {
  const answer = await CLAIM(redis, [keys.heldDue(shard)], [when.now, when.again, limit, keys.gate(shard, '')]);
  const due: DueGate[] = [];
  for (let i = 0; i < answer.length; i += 2) {
    const entry = answer[i + 1];
    due.push({ gate: parseGateId(answer[i] as string), open: entry ? decodeEntry(entry) : undefined });
  }
  return due;
}
