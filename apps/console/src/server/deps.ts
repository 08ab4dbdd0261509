import type { Shards } from '@fanfare/ledger';
import type { OpenQueues, Producer } from '@fanfare/queue';
import type { MemoryWatch } from '@fanfare/redis';
import type { Logger, Metrics } from '@fanfare/runtime';
import type { Redis } from 'ioredis';
import type { Assets } from './assets.ts';
import type { Client } from './client-files.ts';
import type { ConsoleConfig } from './config.ts';
import type { AttemptLimit } from './login/attempt-limit.ts';
import type { Passwords } from './login/passwords.ts';
import type { Sessions } from './login/sessions.ts';

/** The dependencies of the routes; created in app.ts. */
export interface ConsoleDeps {
  config: ConsoleConfig;
  /** The Redis of the registry, which also holds sessions. */
  registry: Redis;
  /** The Redis of queues and ledger. */
  queueRedis: Redis;
  /** How full that is. */
  memory: MemoryWatch;
  /** Only reads the depth of queues; the console adds no jobs. */
  producer: Pick<Producer, 'laneDepth'>;
  /** The numbers of shards. */
  shards: Pick<Shards, 'all'>;
  /** For Bull Board. */
  queues: OpenQueues;
  passwords: Passwords;
  sessions: Sessions;
  attempts: AttemptLimit;
  assets: Assets;
  client: Client | undefined;
  metrics: Metrics;
  log: Logger;
  now(): number;
}
