import type { MembershipSource } from '@fanfare/providers';
import type { Producer } from '@fanfare/queue';
import type { MemoryWatch } from '@fanfare/redis';
import type { Logger, Metrics } from '@fanfare/runtime';
import type { AppCache } from '@fanfare/store';
import type { Redis } from 'ioredis';

/** What the steps of the fan-out work with; made in app.ts. */
export interface FanoutDeps {
  /** Redis of queues and ledger. */
  queueRedis: Redis;
  /** Redis of the registry. */
  registry: Redis;
  producer: Producer;
  apps: AppCache;
  memory: MemoryWatch;
  /** Asks chat backends for the members of their groups. */
  membership: MembershipSource;
  metrics: Metrics;
  log: Logger;
  shards: number;
  /** Recipients planned at a time. */
  sliceSize: number;
  /** Recipients above which an event goes by the bulk lane. */
  bulkAudience: number;
  now(): number;
  random(): number;
  /** Aborted when the process is told to stop: events are handed back at the next slice. */
  stopping: AbortSignal;
}
