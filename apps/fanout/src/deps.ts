import type { Lane } from '@fanfare/core';
import type { Stats } from '@fanfare/ledger';
import type { MembershipSource } from '@fanfare/providers';
import type { Producer } from '@fanfare/queue';
import type { MemoryWatch, SweeperFacts } from '@fanfare/redis';
import type { Logger, Metrics, Tracing } from '@fanfare/runtime';
import type { AppCache } from '@fanfare/store';
import type { Redis } from 'ioredis';
import type { ContentTimes } from './content-times.ts';
import type { HandOvers } from './hand-over.ts';

/** What a sweeper has done, in all of its runs. */
type SweepCounts = Pick<SweeperFacts, 'restored' | 'expired' | 'trimmed'>;

/** The dependencies of the fan-out steps; created in lanes.ts. */
export interface FanoutDeps {
  /** The Redis of queues and ledger. */
  queueRedis: Redis;
  /** The Redis of the registry. */
  registry: Redis;
  producer: Producer;
  handOvers: HandOvers;
  apps: AppCache;
  contentTimes: ContentTimes;
  memory: MemoryWatch;
  /** Reads group members from chat backends. */
  membership: MembershipSource;
  /** What is counted for each app. */
  stats: Stats;
  /** What the sweeper of this process has done since the start. */
  sweepCounts: SweepCounts;
  metrics: Metrics;
  tracing: Tracing;
  log: Logger;
  shards: number;
  /** Recipients per slice. */
  sliceSize: number;
  /** Deliveries per job. */
  packSizes: Record<Lane, number>;
  /** Events with more recipients go to the bulk lane. */
  bulkAudience: number;
  /** Whether finished events are archived. */
  archive: boolean;
  now(): number;
  random(): number;
  /** Aborted on shutdown: events are handed back at the next slice. */
  stopping: AbortSignal;
}
