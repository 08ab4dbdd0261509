import { followShards } from '@fanfare/ledger';
import { openQueues, Producer } from '@fanfare/queue';
import { connectRedisPair, MemoryWatch, startClock, startHeartbeat } from '@fanfare/redis';
import {
  bodyGraceMs,
  Closer,
  createLogger,
  createMetrics,
  drainable,
  type Logger,
  startMetricsServer,
} from '@fanfare/runtime';
import { loadAssets } from './assets.ts';
import { loadClient } from './client-files.ts';
import type { ConsoleConfig } from './config.ts';
import type { ConsoleDeps } from './deps.ts';
import { AttemptLimit } from './login/attempt-limit.ts';
import type { Passwords } from './login/passwords.ts';
import { Sessions } from './login/sessions.ts';
import { metricsNow, readiness } from './routes/health.ts';
import { createServer } from './server.ts';

export { OPERATIONS, permissionOf } from './api/allowed.ts';
export { type ConsoleConfig, readConfig } from './config.ts';

/** What a caller in the same process may override. */
export interface ConsoleOverrides {
  log?: Logger;
  /** This machine's clock, epoch ms; `Date.now` by default. */
  localClock?: () => number;
}

/** A running console. */
export interface Console {
  /** Where it listens, e.g. `http://127.0.0.1:8090`. */
  url: string;
  port: number;
  /** The port of `/metrics`. */
  metricsPort: number;
  /** Makes `/readyz` fail; pages are still served. */
  drain(): void;
  close(): Promise<void>;
}

/** Starts the console. Starts even without Redis, and says so on every page until Redis is reachable. */
export async function start(config: ConsoleConfig, overrides: ConsoleOverrides = {}): Promise<Console> {
  const closer = new Closer();
  return closer.closeOnFailure(() => open(config, overrides, closer));
}

async function open(config: ConsoleConfig, overrides: ConsoleOverrides, closer: Closer): Promise<Console> {
  const log = overrides.log ?? createLogger({ name: 'console', level: config.LOG_LEVEL });
  const onRedisError = (error: Error) => log.warn({ reason: error.message }, 'redis.error');
  const pair = await connectRedisPair(config, 'request', onRedisError);
  const { registry, queueRedis } = closer.add('redis', pair, (both) => both.disconnect());
  const metrics = createMetrics();
  const clock = await startClock({ redis: queueRedis, local: overrides.localClock ?? Date.now, log, metrics });
  const { now } = closer.add('clock', clock, (started) => started.close());
  const passwords = passwordsOf(config);
  const onNotRead = (error: Error) => log.warn({ reason: error.message }, 'shards.not_read');
  const following = { redis: queueRedis, wanted: config.QUEUE_SHARDS, places: false, now, onError: onNotRead };
  const shards = closer.add('shards', await followShards(following), (one) => one.close());
  const deps: ConsoleDeps = {
    config,
    registry,
    queueRedis,
    memory: new MemoryWatch(queueRedis, now, log),
    producer: closer.add('producer', new Producer(queueRedis, now), (producer) => producer.close()),
    shards,
    queues: closer.add('queues', openQueues(queueRedis, shards.all), (queues) => queues.close()),
    passwords,
    sessions: new Sessions(registry, passwords, now),
    attempts: new AttemptLimit(registry),
    assets: await loadAssets(),
    client: await loadClient(),
    metrics,
    log,
    now,
  };
  const { ready, drain } = drainable(() => readiness(deps));
  const { server, close } = await createServer(deps, ready);
  closer.add('server', server, () => close(() => server.close(), bodyGraceMs(config)));
  const metricsServer = await startMetricsServer(config, metricsNow(deps));
  closer.add('metrics', metricsServer, (one) => one.close());
  await server.listen({ host: config.HOST, port: config.PORT });
  const onError = (error: Error) => log.warn({ reason: error.message }, 'heartbeat.not_written');
  closer.add('heartbeat', startHeartbeat({ redis: queueRedis, role: 'console', now, onError }), (one) => one.close());
  const port = (server.server.address() as { port: number }).port;
  log.info({ port, metricsPort: metricsServer.port }, 'console.started');
  return {
    url: `http://${config.HOST}:${port}`,
    port,
    metricsPort: metricsServer.port,
    drain,
    close: () => closer.close(),
  };
}

const passwordsOf = ({ CONSOLE_PASSWORD: admin, CONSOLE_VIEWER_PASSWORD: viewer }: ConsoleConfig): Passwords =>
  viewer === undefined ? { admin } : { admin, viewer };
