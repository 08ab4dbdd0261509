import type { ArchiveReader } from '@fanfare/archive';
import type { Shards, Stats } from '@fanfare/ledger';
import type { AddressPolicy } from '@fanfare/providers';
import type { Producer } from '@fanfare/queue';
import type { MemoryWatch } from '@fanfare/redis';
import type { Logger, Metrics, Tracing } from '@fanfare/runtime';
import type { SecretBox } from '@fanfare/store';
import type { Redis } from 'ioredis';
import type { Intake } from './accept/intake.ts';
import type { IngestConfig } from './config.ts';
import type { FailureLimit } from './http/failure-limit.ts';

/** The dependencies of the routes; created in app.ts. */
export interface IngestDeps {
  config: IngestConfig;
  /** The Redis of queues and ledger. */
  queueRedis: Redis;
  /** The Redis of the registry. */
  registry: Redis;
  producer: Producer;
  intake: Intake;
  /** The numbers of shards. */
  shards: Shards;
  /** How full the Redis of queues and ledger is. */
  memory: MemoryWatch;
  /** How full that of the registry is; the same as `memory` unless they are on different servers. */
  registryMemory: MemoryWatch;
  box: SecretBox;
  /** For the secrets of membership sources. */
  membershipBox: SecretBox;
  /** Where webhooks may point. */
  policy: AddressPolicy;
  /** Reads the history that Redis no longer has, if there is an archive. */
  archive?: ArchiveReader | undefined;
  failures: FailureLimit;
  /** What is counted for each app. */
  stats: Stats;
  metrics: Metrics;
  tracing: Tracing;
  log: Logger;
  now(): number;
  random(): number;
}
