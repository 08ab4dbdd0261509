import type { Redis } from 'ioredis';
import { ActiveApps } from './active-apps.ts';
import { LockRenewal } from './lock-renewal.ts';
import { MarkerPoll } from './marker-poll.ts';
import type { SharedByWorkers } from './shared.ts';
import type { Work } from './work.ts';

/** Workers on several shards. */
export interface WorkOnShards extends Work {
  /**
   * Serves exactly these from now on. Workers of others close, and finish what they have in hand. Does nothing once all
   * are closing.
   */
  serve(shards: Iterable<number>): void;
}

/** How many connections a process may use to wait for jobs, in each of its threads. */
const WAITING_CONNECTIONS = 12;

/** How long the workers of a shard that holds nothing may take to close. */
const CLOSE_MS = 30_000;

/**
 * Starts workers on shards whose locks are renewed together; `start` starts those of a shard, `queues` in number. Each
 * waits for jobs on a connection of its own, unless these would be too many (ADR 31). Closing closes all at once, so
 * that it takes no longer than the slowest, and then what they share. `onError` is called with what fails in between.
 */
export function workTogether(
  redis: Redis,
  { queues, shards, onError }: { queues: number; shards: number; onError(error: Error): void },
  start: (shard: number, shared: SharedByWorkers) => readonly Work[],
): WorkOnShards {
  // A client of a cluster has a second connection, to be told of its changes.
  const connections = queues * shards * (redis.isCluster ? 2 : 1);
  const poll = connections > WAITING_CONNECTIONS ? new MarkerPoll(redis, onError) : undefined;
  const shared = { renewal: new LockRenewal(redis, onError), poll, apps: new ActiveApps() };
  const served = new Map<number, readonly Work[]>();
  const closing = new Set<Promise<void>>();
  let isClosing = false;
  const serve = (wanted: Iterable<number>) => {
    if (isClosing) return;
    const next = new Set(wanted);
    for (const shard of next) if (!served.has(shard)) served.set(shard, start(shard, shared));
    for (const [shard, workers] of served) {
      if (next.has(shard)) continue;
      served.delete(shard);
      const closed = closeAll(workers, CLOSE_MS)
        .catch(onError)
        .finally(() => closing.delete(closed));
      closing.add(closed);
    }
  };
  serve(Array.from({ length: shards }, (_, shard) => shard));
  return {
    serve,
    async close(graceMs) {
      isClosing = true;
      try {
        await closeAll([...served.values()].flat(), graceMs);
        await Promise.all(closing);
      } finally {
        poll?.close();
        await shared.renewal.close();
      }
    },
  };
}

const closeAll = async (workers: readonly Work[], graceMs: number): Promise<void> =>
  void (await Promise.all(workers.map((worker) => worker.close(graceMs))));
