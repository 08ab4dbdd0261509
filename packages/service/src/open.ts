import { followShards, type Shards, Stats } from '@fanfare/ledger';
import { Producer } from '@fanfare/queue';
import { connectRedisPair, MemoryWatch, type ProcessRole, startClock } from '@fanfare/redis';
import { type Closer, createLogger, createMetrics, type Logger, type Metrics } from '@fanfare/runtime';
import type { Redis } from 'ioredis';

/** The part of a service's configuration that opening it needs. */
export interface ServiceConfig {
  REDIS_URL: string;
  QUEUE_REDIS_URL?: string | undefined;
  LOG_LEVEL: Parameters<typeof createLogger>[0]['level'];
  QUEUE_SHARDS: number;
}

/** How a service differs from others. */
export interface ServiceOptions {
  role: ProcessRole;
  /** Whether it answers requests, which fail early without Redis, or works through queues, which wait for it. */
  redis: 'request' | 'worker';
  /** Whether it decides how far new events are spread over the shards. */
  places?: boolean;
  /** The name of the thread, for metrics; `main` by default. */
  thread?: string | undefined;
  log?: Logger | undefined;
  /** This machine's clock, epoch ms; `Date.now` by default. */
  localClock?: (() => number) | undefined;
}

/** What every service is built on. */
export interface Service {
  /** The Redis of the registry. */
  registry: Redis;
  /** The Redis of queues and ledger; the same connection unless they are on different servers. */
  queueRedis: Redis;
  producer: Producer;
  /** The numbers of shards. */
  shards: Shards;
  /** How full the Redis of queues and ledger is. */
  memory: MemoryWatch;
  metrics: Metrics;
  log: Logger;
  /** The clock that all processes on one Redis share, epoch ms. */
  now(): number;
}

/** Opens it; without Redis it opens as well. `closer` closes what has been opened. */
export async function openService(config: ServiceConfig, options: ServiceOptions, closer: Closer): Promise<Service> {
  const log = options.log ?? createLogger({ name: options.role, level: config.LOG_LEVEL });
  const warn = (what: string) => (error: Error) => log.warn({ reason: error.message }, what);
  const pair = await connectRedisPair(config, options.redis, warn('redis.error'));
  const { registry, queueRedis } = closer.add('redis', pair, (both) => both.disconnect());
  const metrics = createMetrics(options.thread);
  const clock = await startClock({ redis: queueRedis, local: options.localClock ?? Date.now, log, metrics });
  const { now } = closer.add('clock', clock, (one) => one.close());
  const producer = closer.add('producer', new Producer(queueRedis, now), (one) => one.close());
  const shards = await followShards({
    redis: queueRedis,
    wanted: config.QUEUE_SHARDS,
    places: options.places ?? false,
    now,
    onError: warn('shards.not_read'),
    onNotWritten: warn('shards.not_written'),
  });
  closer.add('shards', shards, (one) => one.close());
  return { registry, queueRedis, producer, shards, memory: new MemoryWatch(queueRedis, now, log), metrics, log, now };
}

/** Counts for each app what this process does, and writes it every few seconds. */
export function openStats({ queueRedis: redis, now, log }: Service, closer: Closer): Stats {
  const onError = (error: Error) => log.warn({ reason: error.message }, 'stats.not_written');
  return closer.add('stats', new Stats({ redis, now, onError }), (one) => one.close());
}
