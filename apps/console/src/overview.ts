import { LANES, type Lane } from '@fanfare/core';
import { type OpenEvents, type RefusalWithBacklog, readOpenEvents, readRefusals } from '@fanfare/ledger';
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
  /** The events of each lane that are not done, wherever their jobs wait. */
  open: Record<Lane, OpenEvents & { late: boolean }>;
  /** What takes nothing, and how many deliveries wait for it. */
  refusals: readonly RefusalWithBacklog[];
}

/** How long the oldest job of a lane may wait before somebody should look. A call rings for thirty seconds at most. */
const LATE_MS: Record<Lane, number> = { call: 5000, chat: 60_000, bulk: 15 * 60_000 };

/** Reads the state of all queues. */
export async function readOverview(
  deps: Pick<ConsoleDeps, 'config' | 'producer' | 'queueRedis' | 'now'>,
): Promise<Overview> {
  const at = deps.now();
  const { queueRedis, config } = deps;
  const [open, refusals, queues] = await Promise.all([
    readOpenEvents(queueRedis, config.QUEUE_SHARDS, at),
    readRefusals(queueRedis, config.QUEUE_SHARDS),
    readQueues(deps, at),
  ]);
  const late = (lane: Lane) => ({ ...open[lane], late: open[lane].oldestMs > LATE_MS[lane] });
  return { at, queues, refusals, open: { call: late('call'), chat: late('chat'), bulk: late('bulk') } };
}

const readQueues = (deps: Pick<ConsoleDeps, 'config' | 'producer'>, at: number): Promise<QueueState[]> =>
  Promise.all(
    QUEUE_KINDS.map(async (kind) => ({
      kind,
      lanes: await Promise.all(LANES.map((lane) => readLane(deps, kind, lane, at))),
    })),
  );

async function readLane(
  { config, producer }: Pick<ConsoleDeps, 'config' | 'producer'>,
  kind: QueueKind,
  lane: Lane,
  now: number,
): Promise<LaneState> {
  const total = await producer.laneDepth(kind, lane, config.QUEUE_SHARDS, now);
  return { lane, ...total, late: total.oldestMs > LATE_MS[lane] };
}
