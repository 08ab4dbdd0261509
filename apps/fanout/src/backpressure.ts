import { PROVIDER_KINDS } from '@fanfare/core';
import { readLoad } from '@fanfare/ledger';
import type { FanoutDeps } from './deps.ts';
import type { EventInHand } from './plan.ts';

/** Open deliveries an app may have with one provider before its next slice waits. */
const HIGH_WATER = 5000;

/** Share of Redis memory above which no slice is planned; the rest is reserved for finishing planned ones. */
const MEMORY_HIGH = 0.7;

/**
 * How long a slice waits before checking again. Grows with the event's age, so a dead endpoint causes little polling.
 */
const SHORTEST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 15_000;

/**
 * How long the next slice must wait, in ms; 0 if it need not. Counts the app's own deliveries per provider and lane, so
 * that one app's dead endpoint delays no other app. An event's first slice never waits for these, so only large groups,
 * which could fill Redis, are delayed. Calls never wait, since they would be stale.
 */
export async function backpressure(deps: FanoutDeps, { accepted }: EventInHand, slice: number): Promise<number> {
  if (accepted.lane === 'call') return 0;
  const [load, fullness] = await Promise.all([
    slice === 0 ? undefined : readLoad(deps.queueRedis, accepted.appId, PROVIDER_KINDS, deps.shards, [accepted.lane]),
    deps.memory.fullness(),
  ]);
  const high = fullness > MEMORY_HIGH || Math.max(0, ...(load?.values() ?? [])) >= HIGH_WATER;
  if (!high) return 0;
  const wait = Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, (deps.now() - accepted.receivedAt) / 20));
  return Math.ceil((wait * (1 + deps.random())) / 2);
}
