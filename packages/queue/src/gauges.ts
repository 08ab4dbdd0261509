import { LANES } from '@fanfare/core';
import type { QueueKind } from './names.ts';
import type { Producer } from './producer.ts';

/** Where the state of the queues is shown. */
export interface QueueGauges {
  queueDepth: { set(labels: { queue: string; lane: string; state: string }, jobs: number): void };
  queueOldestSeconds: { set(labels: { queue: string; lane: string }, seconds: number): void };
}

/** Sets the gauges of one kind of queue from Redis, summed over all shards, as they are now (epoch ms). */
export async function readQueues(
  producer: Producer,
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
    gauges.queueOldestSeconds.set({ queue, lane }, depth.oldestMs / 1000);
  }
}
