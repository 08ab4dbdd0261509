import { LANES, type Lane, PROVIDER_KINDS } from '@fanfare/core';
import { shardTag } from '@fanfare/redis';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { type QueueKind, queueName } from './names.ts';

/** Every kind of queue, in the order work flows through them. */
export const QUEUE_KINDS: readonly QueueKind[] = [
  'events',
  ...PROVIDER_KINDS.map((provider) => `deliveries-${provider}` as const),
];

/** One queue, to look into. */
export interface OpenQueue {
  /** Its name where people read it, different for every queue: `events-call`, with several shards `events-call.3`. */
  title: string;
  kind: QueueKind;
  lane: Lane;
  shard: number;
  queue: Queue;
}

/** All queues there are. */
export interface OpenQueues {
  all: readonly OpenQueue[];
  /** Lets go of the queues; the connection stays the caller's to close. */
  close(): Promise<void>;
}

/**
 * BullMQ's own objects of every kind, lane and shard, for Bull Board's adapter to show and for nobody else: jobs are
 * added with a `Producer` and taken with `work`. For reading only: to retry or remove a job behind the ledger's back
 * would falsify its counts. Writes nothing, not even the settings that BullMQ stores with every queue it opens.
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
  // Connection errors are the connection's to report; whoever asks meanwhile gets them as well.
  queue.on('error', () => undefined);
  return queue;
}
