import { LANES, type Lane } from '@fanfare/core';
import { type OpenEvents, type RefusalWithBacklog, readOpenEvents, readRefusals } from '@fanfare/ledger';
import { QUEUE_KINDS, type QueueDepth, type QueueKind } from '@fanfare/queue';
import type { MemoryState } from '@fanfare/redis';
import type { ConsoleDeps } from './deps.ts';

/** One lane of a queue, across all shards. */
export interface LaneState extends QueueDepth {
  lane: Lane;
  /** Whether its oldest job has waited too long for this lane. */
  late: boolean;
}

/** A queue and its lanes. */
export interface QueueState {
  kind: QueueKind;
  lanes: readonly LaneState[];
}

/** All queues at one moment. */
export interface Overview {
  /** Epoch ms. */
  at: number;
  queues: readonly QueueState[];
  /** The open events of each lane, wherever their jobs are. */
  open: Record<Lane, OpenEvents & { late: boolean }>;
  /** Endpoints and credentials that refuse, with the number of deliveries waiting for them. */
  refusals: readonly RefusalWithBacklog[];
  /** How full Redis is, and what has stopped for that. */
  memory: MemoryState;
}

/** How long the oldest job of a lane may wait before it needs attention. A call rings for at most thirty seconds. */
const LATE_MS: Record<Lane, number> = { call: 5000, chat: 60_000, bulk: 15 * 60_000 };

/** Reads the state of all queues. */
export async function readOverview(
  deps: Pick<ConsoleDeps, 'shards' | 'producer' | 'queueRedis' | 'memory' | 'now'>,
): Promise<Overview> {
  const at = deps.now();
  const { queueRedis, shards } = deps;
  const [open, refusals, queues, memory] = await Promise.all([
    readOpenEvents(queueRedis, shards.all, at),
    readRefusals(queueRedis, shards.all),
    readQueues(deps, at),
    deps.memory.state(),
  ]);
  const late = (lane: Lane) => ({ ...open[lane], late: open[lane].oldestMs > LATE_MS[lane] });
  return { at, queues, refusals, memory, open: { call: late('call'), chat: late('chat'), bulk: late('bulk') } };
}

const readQueues = (deps: Pick<ConsoleDeps, 'shards' | 'producer'>, at: number): Promise<QueueState[]> =>
  Promise.all(
    QUEUE_KINDS.map(async (kind) => ({
      kind,
      lanes: await Promise.all(LANES.map((lane) => readLane(deps, kind, lane, at))),
    })),
  );

async function readLane(
  { shards, producer }: Pick<ConsoleDeps, 'shards' | 'producer'>,
  kind: QueueKind,
  lane: Lane,
  now: number,
): Promise<LaneState> {
  const total = await producer.laneDepth(kind, lane, shards.all, now);
  return { lane, ...total, late: total.oldestMs > LATE_MS[lane] };
}
