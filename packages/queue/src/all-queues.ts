import { LANES, type Lane, PROVIDER_KINDS } from '@fanfare/core';
import { shardTag } from '@fanfare/redis';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { type QueueKind, queueName } from './names.ts';

/** Every kind of queue, in pipeline order. */
export const QUEUE_KINDS: readonly QueueKind[] = [
  'events',
  ...PROVIDER_KINDS.map((provider) => `deliveries-${provider}` as const),
];

/** One queue, for inspection. */
export interface OpenQueue {
  /** Its display name, unique per queue: `events-call`, with several shards `events-call.3`. */
  title: string;
  kind: QueueKind;
  lane: Lane;
  shard: number;
  queue: Queue;
}

/** All queues. */
export interface OpenQueues {
  all: readonly OpenQueue[];
  /** Closes the queues; the connection stays the caller's to close. */
  close(): Promise<void>;
}

/**
 * BullMQ's own objects of every kind, lane and shard, for Bull Board's adapter only: jobs are added with a `Producer`
 * and processed with `work`. Read-only: retrying or removing a job without the ledger would falsify its counts. Writes
 * nothing, not even the settings that BullMQ stores with every queue it opens.
 */
export function openQueues(redis: Redis, shards: number): OpenQueues {
  const all = QUEUE_KINDS.flatMap((kind) =>
    LANES.flatMap((lane) =>
      Array.from({ length: shards }, (_, shard) => ({
        title: shards === 1 ? queueName(kind, lane) : `${queueName(kind, lane)}.${shard}`,
        kind,
        lane,
        shard,
        queue: open(redis, queueName(kind, lane), shardTag(shard)),
      })),
    ),
  );
  return {
    all,
    close: async () => void (await Promise.all(all.map(({ queue }) => queue.close()))),
  };
}

function open(redis: Redis, name: string, prefix: string): Queue {
  const queue = new Queue(name, { connection: redis, prefix, skipWaitingForReady: true, skipMetasUpdate: true });
  // The connection reports its own errors; a caller waiting for a result gets them as well.
  queue.on('error', () => undefined);
  return queue;
}
