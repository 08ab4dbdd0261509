import { LANES, type Lane } from '@fanfare/core';
import { QUEUE_KINDS, type QueueDepth, type QueueKind } from '@fanfare/queue';
import type { ConsoleDeps } from './deps.ts';

/** One lane of a queue, over all shards. */
export interface LaneState extends QueueDepth {
  lane: Lane;
  /** Its oldest job has waited for longer than this lane should have to. */
  late: boolean;
}

/** A queue and its lanes. */
export interface QueueState {
  kind: QueueKind;
  lanes: readonly LaneState[];
}

/** All queues at a moment. */
export interface Overview {
  /** Epoch ms. */
  at: number;
  queues: readonly QueueState[];
}

/** How long the oldest job of a lane may wait before somebody should look. A call rings for thirty seconds at most. */
const LATE_MS: Record<Lane, number> = { call: 5000, chat: 60_000, bulk: 15 * 60_000 };

/** Reads the state of all queues. */
export async function readOverview(deps: Pick<ConsoleDeps, 'config' | 'producer' | 'now'>): Promise<Overview> {
  const at = deps.now();
  const queues = await Promise.all(
    QUEUE_KINDS.map(async (kind) => ({
      kind,
      lanes: await Promise.all(LANES.map((lane) => readLane(deps, kind, lane, at))),
    })),
  );
  return { at, queues };
}

async function readLane(
  { config, producer }: Pick<ConsoleDeps, 'config' | 'producer'>,
  kind: QueueKind,
  lane: Lane,
  now: number,
): Promise<LaneState> {
  const total = await producer.laneDepth(kind, lane, config.QUEUE_SHARDS, now);
  return { lane, ...total, late: total.oldestMs > LATE_MS[lane] };
}
