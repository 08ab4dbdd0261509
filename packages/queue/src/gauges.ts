import { LANES } from '@fanfare/core';
import { QUEUE_KINDS } from './all-queues.ts';
import type { QueueKind } from './names.ts';
import type { Producer } from './producer.ts';

/** Where the state of the queues is shown. */
export interface QueueGauges {
  queueDepth: { set(labels: { queue: string; lane: string; state: string }, jobs: number): void; reset(): void };
  queueOldestSeconds: { set(labels: { queue: string; lane: string }, seconds: number): void; reset(): void };
}

/**
 * Sets the gauges of every queue from Redis, summed over all shards, at `now` (epoch ms). When Redis cannot be read
 * they show nothing rather than stale values.
 */
export async function readQueues(
  producer: Pick<Producer, 'laneDepth'>,
  shards: number,
  gauges: QueueGauges,
  now: number,
): Promise<void> {
  try {
    await Promise.all(QUEUE_KINDS.map((queue) => readQueue(producer, queue, shards, gauges, now)));
  } catch {
    gauges.queueDepth.reset();
    gauges.queueOldestSeconds.reset();
  }
}

async function readQueue(
  producer: Pick<Producer, 'laneDepth'>,
  queue: QueueKind,
  shards: number,
  gauges: QueueGauges,
  now: number,
): Promise<void> {
  for (const lane of LANES) {
    const depth = await producer.laneDepth(queue, lane, shards, now);
    for (const state of ['waiting', 'delayed', 'active'] as const) {
      gauges.queueDepth.set({ queue, lane, state }, depth[state]);
    }
    gauges.queueOldestSeconds.set({ queue, lane }, Math.max(depth.oldestMs, depth.oldestDelayedMs) / 1000);
  }
}
