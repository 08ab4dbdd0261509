import { isLoaded } from '@fanfare/ledger';
import type { FanoutDeps } from './deps.ts';
import type { EventInHand } from './plan.ts';

/** How long a slice waits for memory before checking again. Grows with the event's age. */
const SHORTEST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 15_000;

/** Why the next slice is not planned now: wait so long for memory, or park until the app's deliveries are sent. */
export type Pressure = { kind: 'wait'; delayMs: number } | { kind: 'park' };

/**
 * Whether the next slice must wait (docs/rules/delivery.md#backpressure). What is ready is counted per app, provider
 * and lane, so that one app's deliveries delay no other app. Calls never wait, since they would be stale. Whether there
 * is room for the first slice of an event in chat, mostly its only one, is checked when it is handed over (ADR 32).
 */
export async function backpressure(
  deps: FanoutDeps,
  { shard, accepted }: EventInHand,
  { isFirstSlice }: { isFirstSlice: boolean },
): Promise<Pressure | undefined> {
  const { lane } = accepted;
  if (lane === 'call') return undefined;
  const [isFull, isStopped] = await Promise.all([
    (!isFirstSlice || lane === 'bulk') && isLoaded(deps.queueRedis, { shard, key: accepted.key }),
    deps.memory.isStopped(lane),
  ]);
  if (isFull) return { kind: 'park' };
  if (!isStopped) return undefined;
  const wait = Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, (deps.now() - accepted.receivedAt) / 20));
  return { kind: 'wait', delayMs: Math.ceil((wait * (1 + deps.random())) / 2) };
}
