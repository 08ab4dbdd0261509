import { PROVIDER_KINDS } from '@fanfare/core';
import { readLoad } from '@fanfare/ledger';
import type { FanoutDeps } from './deps.ts';
import type { EventInHand } from './plan.ts';

/** Open deliveries an app may have with one provider before its next slice waits. */
const HIGH_WATER = 5000;

/** Share of Redis' memory from which no slice is planned: what is left is for finishing what is. */
const MEMORY_HIGH = 0.7;

/** How long a slice waits before it looks again: half of this to all of it, so that many do not look at once. */
const LOOK_AGAIN_MS = 500;

/**
 * How long the next slice must wait, in ms; 0 when it need not. The measure is what the app itself has open with a
 * provider, so that one app's dead endpoint holds up nobody else. Calls never wait: they would be stale.
 */
export async function backpressure(deps: FanoutDeps, { accepted }: EventInHand): Promise<number> {
  if (accepted.lane === 'call') return 0;
  const [load, fullness] = await Promise.all([
    readLoad(deps.queueRedis, accepted.appId, PROVIDER_KINDS, deps.shards),
    deps.memory.fullness(),
  ]);
  const high = fullness > MEMORY_HIGH || Math.max(...load.values()) >= HIGH_WATER;
  return high ? Math.ceil((LOOK_AGAIN_MS * (1 + deps.random())) / 2) : 0;
}
