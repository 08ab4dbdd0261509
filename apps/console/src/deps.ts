import type { OpenQueues, Producer } from '@fanfare/queue';
import type { Logger, Metrics } from '@fanfare/runtime';
import type { Redis } from 'ioredis';
import type { Assets } from './assets.ts';
import type { ConsoleConfig } from './config.ts';
import type { AttemptLimit } from './login/attempt-limit.ts';
import type { Passwords } from './login/passwords.ts';
import type { Sessions } from './login/sessions.ts';

/** What the routes work with; made in app.ts. */
export interface ConsoleDeps {
  config: ConsoleConfig;
  /** Redis of the registry; sessions are in it as well. */
  registry: Redis;
  /** Redis of queues and ledger. */
  queueRedis: Redis;
  /** Asked for the depth of the queues; the console adds no jobs. */
  producer: Pick<Producer, 'laneDepth'>;
  /** For Bull Board. */
  queues: OpenQueues;
  passwords: Passwords;
  sessions: Sessions;
  attempts: AttemptLimit;
  assets: Assets;
  metrics: Metrics;
  log: Logger;
  now(): number;
}
