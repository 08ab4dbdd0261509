import { openReader } from '@fanfare/archive';
import { Replicas } from '@fanfare/ledger';
import { MemoryWatch, readRedisSettings } from '@fanfare/redis';
import { bodyGraceMs, Closer, drainable, type Logger, startTracing } from '@fanfare/runtime';
import { listen, openService, openStats } from '@fanfare/service';
import { createMembershipBox, createSecretBox } from '@fanfare/store';
import type { Redis } from 'ioredis';
import { createIntake } from './accept/intake.ts';
import { OverloadGuard } from './accept/overload.ts';
import { type IngestConfig, IngestEnv } from './config.ts';
import type { IngestDeps } from './deps.ts';
import type { Route } from './http/auth.ts';
import { FailureLimit } from './http/failure-limit.ts';
import { readiness } from './http/readiness.ts';
import { createServer } from './http/server.ts';
import { resumeReplays } from './routes/dead-letters/replay.ts';

export { type IngestConfig, readConfig } from './config.ts';
export type { Access, Route } from './http/auth.ts';
export { EXAMPLES, type Example, STAND_INS } from './openapi/examples/index.ts';

/** What a caller in the same process may override. */
export interface IngestOverrides {
  log?: Logger;
  /** This machine's clock, epoch ms; `Date.now` by default. */
  localClock?: () => number;
}

/** A running ingest. */
export interface Ingest {
  /** Where it listens, e.g. `http://127.0.0.1:8080`. */
  url: string;
  port: number;
  /** The port of `/metrics`. */
  metricsPort: number;
  /** All routes, with who may call them. */
  routes: readonly Route[];
  /** Makes `/readyz` fail; requests are still served, and their connections end. */
  drain(): void;
  close(): Promise<void>;
}

/** Starts the API. Starts even without Redis, and answers 503 until Redis is reachable. */
export async function start(config: IngestConfig, overrides: IngestOverrides = {}): Promise<Ingest> {
  const closer = new Closer();
  return closer.closeOnFailure(() => open(config, overrides, closer));
}

async function open(config: IngestConfig, overrides: IngestOverrides, closer: Closer): Promise<Ingest> {
  const service = await openService(config, { role: 'ingest', redis: 'request', places: true, ...overrides }, closer);
  const { registry, queueRedis, producer, shards, memory, log, now } = service;
  const archive =
    config.ARCHIVE_URL && closer.add('archive', await openReader(config.ARCHIVE_URL), (one) => one.close());
  const stats = openStats(service, closer);
  const previous = config.FANFARE_MASTER_KEY_PREVIOUS;
  const onNotConfirmed = (error: Error) => log.warn({ reason: error.message }, 'events.not_on_replicas');
  const needed = config.REDIS_WAIT_REPLICAS;
  const waiting = { redis: queueRedis, needed, now, onError: onNotConfirmed };
  const replicas = needed > 0 ? closer.add('replicas', new Replicas(waiting), (one) => one.close()) : undefined;
  const deps: IngestDeps = {
    ...service,
    config,
    intake: createIntake({ shards, queueRedis, registry, producer, replicas, stats, log, now }),
    registryMemory: registry === queueRedis ? memory : new MemoryWatch(registry, now, log),
    box: createSecretBox(config.FANFARE_MASTER_KEY, previous ? [previous] : []),
    membershipBox: createMembershipBox(config.FANFARE_MASTER_KEY, previous ? [previous] : []),
    policy: {
      allowHttp: config.WEBHOOK_ALLOW_HTTP,
      allowCidrs: config.WEBHOOK_ALLOW_CIDRS,
      allowPorts: config.WEBHOOK_ALLOW_PORTS,
    },
    archive,
    failures: new FailureLimit(config.AUTH_FAILURES_PER_MINUTE, now),
    stats,
    tracing: closer.add('tracing', await startTracing('ingest', config), (one) => one.close()),
    random: Math.random,
  };
  await warnAboutWeakSettings(deps, queueRedis);
  const guard = new OverloadGuard(deps);
  const { ready, drain } = drainable(() => readiness(deps));
  const { server, inHand, routes } = await createServer(deps, guard, ready);
  closer.add('replays', resumeReplays(deps), (stop) => stop());
  closer.add('server', server, () => inHand.close(() => server.close(), bodyGraceMs(config)));
  const ports = await listen(service, { config, schema: IngestEnv, role: 'ingest', server }, closer);
  return {
    url: `http://${config.HOST}:${ports.port}`,
    ...ports,
    routes,
    drain: () => {
      drain();
      inHand.endConnections();
    },
    close: () => closer.close(),
  };
}

/** Logs settings that weaken the durability promised by a 202, or widen what webhooks may reach. */
async function warnAboutWeakSettings({ log, policy }: IngestDeps, redis: Redis): Promise<void> {
  const settings = await readRedisSettings(redis).catch(() => undefined);
  if (settings && settings.durability !== 'disk') {
    log.warn({ durability: settings.durability }, 'Redis does not write every event to disk before a 202');
  }
  if (settings && !['noeviction', 'unknown'].includes(settings.maxmemoryPolicy)) {
    log.error({ policy: settings.maxmemoryPolicy }, 'Redis may evict events: set maxmemory-policy noeviction');
  }
  if (policy.allowHttp) log.warn('WEBHOOK_ALLOW_HTTP is on: webhooks may use plain http');
  if (policy.allowCidrs.length > 0) log.warn({ cidrs: policy.allowCidrs }, 'WEBHOOK_ALLOW_CIDRS is set');
  if (policy.allowPorts?.length) log.warn({ ports: policy.allowPorts }, 'WEBHOOK_ALLOW_PORTS is set');
}
