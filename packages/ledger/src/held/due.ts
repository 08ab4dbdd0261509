import type { Lane, ProviderKind } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { type Gate, parseGateId } from './gate-id.ts';
import { BETWEEN_TRIALS_MS, decodeEntry, LAST_TRY_MS, type OpenGate } from './gates.ts';

/** A gate that has deliveries held and is due for a look, and how it stands. */
export interface DueGate {
  gate: Gate;
  /** Undefined: it is closed. */
  open: OpenGate | undefined;
}

/**
 * Returns the gates that are due and postpones them, so that several senders share the work. An open gate is only
 * postponed if its pause is not over and no deadline is near, or if the next trial or last chance may not begin yet:
 * what is released then would only be held again. Both count towards the limit; gates of other lanes do not, because
 * they stay due until a sender of their lane looks, and would keep this one from its own.
 */
const CLAIM = script<(string | null)[]>(`
-- KEYS gates by next look, gates by first deadline
-- ARGV now, next look, limit, prefix of gates, of trials, of last chances, last try before a deadline, lanes …
-- returns per gate: the gate, its entry or nothing
local answer, now, left, lanes = {}, tonumber(ARGV[1]), tonumber(ARGV[3]), {}
for i = 8, #ARGV do lanes[ARGV[i]] = true end
local function look(gate)
  local entry = redis.call('GET', ARGV[4] .. gate)
  local opens = entry and tonumber(string.match(entry, '^%d+')) or 0
  local last = tonumber(redis.call('ZSCORE', KEYS[2], gate) or now) - ARGV[7]
  local trial = entry and redis.call('PTTL', ARGV[5] .. gate) or 0
  if trial > 0 and last <= now then trial = redis.call('PTTL', ARGV[6] .. gate) end
  if opens > now and last > now then
    redis.call('ZADD', KEYS[1], math.min(opens, last), gate)
  elseif trial > 0 then
    redis.call('ZADD', KEYS[1], now + math.min(trial, ${BETWEEN_TRIALS_MS}), gate)
  else
    redis.call('ZADD', KEYS[1], entry and now + ${BETWEEN_TRIALS_MS} or ARGV[2], gate)
    answer[#answer + 1] = gate
    answer[#answer + 1] = entry
  end
end
for _, gate in ipairs(redis.call('ZRANGE', KEYS[1], '-inf', now, 'BYSCORE')) do
  if left == 0 then break end
  if lanes[string.match(gate, '^[^|]+')] then
    left = left - 1
    look(gate)
  end
end
return answer
`);

/**
 * Up to `limit` gates of a shard, provider and lanes whose held deliveries may go on: the pause is over, a deadline is
 * near, or the gate is closed. A closed one is due again at `again` (epoch ms), an open one when the next trial may
 * begin.
 */
export async function claimDueGates(
  redis: Redis,
  { shard, provider, lanes }: { shard: number; provider: ProviderKind; lanes: readonly Lane[] },
  when: { now: number; again: number },
  limit: number,
): Promise<DueGate[]> {
  const answer = await CLAIM(
    redis,
    [keys.heldDue(shard, provider), keys.heldUntil(shard)],
    [when.now, when.again, limit, ...prefixes(shard), LAST_TRY_MS, ...lanes],
  );
  const due: DueGate[] = [];
  for (let i = 0; i < answer.length; i += 2) {
    const entry = answer[i + 1];
    due.push({ gate: parseGateId(answer[i] as string), open: entry ? decodeEntry(entry) : undefined });
  }
  return due;
}

const prefixes = (shard: number): string[] => [keys.gate(shard, ''), keys.trial(shard, ''), keys.lastChance(shard, '')];
