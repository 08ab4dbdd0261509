import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { ArchiverTimes } from '@fanfare/archive';
import { LANES, type Lane } from '@fanfare/core';
import { FencedError } from '@fanfare/ledger';
import { createMembershipSource } from '@fanfare/providers';
import { EventJob, LockRenewal, Producer, work } from '@fanfare/queue';
import { connectRedisPair, MemoryWatch, startClock } from '@fanfare/redis';
import {
  Closer,
  createLogger,
  createMetrics,
  drainable,
  type Logger,
  startHealthServer,
  startMetricsServer,
} from '@fanfare/runtime';
import { AppCache, createMembershipBox, createSecretBox, type SecretBox } from '@fanfare/store';
import { archiveFinished } from './archive.ts';
import type { FanoutConfig } from './config.ts';
import type { FanoutDeps } from './deps.ts';
import { handleEvent } from './handle-event.ts';
import { readiness } from './readiness.ts';
import { SWEEP_TIMES, type SweepTimes, sweep } from './sweep.ts';

export { type FanoutConfig, readConfig } from './config.ts';

/** What a caller in the same process may override. */
export interface FanoutOverrides {
  log?: Logger;
  /** This machine's clock, epoch ms; `Date.now` by default. */
  localClock?: () => number;
  sweepTimes?: SweepTimes;
  archiverTimes?: ArchiverTimes;
}

/** A running fanout. */
export interface Fanout {
  /** The port for health and metrics. */
  port: number;
  /** The port of `/metrics`. */
  metricsPort: number;
  /** Makes `/readyz` fail; work continues. */
  drain(): void;
  close(): Promise<void>;
}

/** Starts expanding events. Resolves once the workers run; without Redis they begin when it becomes reachable. */
export async function start(config: FanoutConfig, overrides: FanoutOverrides = {}): Promise<Fanout> {
  const closer = new Closer();
  return closer.closeOnFailure(() => open(config, overrides, closer));
}

async function open(config: FanoutConfig, overrides: FanoutOverrides, closer: Closer): Promise<Fanout> {
  const log = overrides.log ?? createLogger({ name: 'fanout', level: config.LOG_LEVEL });
  const stopping = new AbortController();
  const onRedisError = (error: Error) => log.warn({ reason: error.message }, 'redis.error');
  const pair = await connectRedisPair(config, 'worker', onRedisError);
  const { registry, queueRedis } = closer.add('redis', pair, (both) => both.disconnect());
  const metrics = createMetrics();
  const clock = await startClock({ redis: queueRedis, local: overrides.localClock ?? Date.now, log, metrics });
  const { now } = closer.add('clock', clock, (started) => started.close());
  const deps: FanoutDeps = {
    queueRedis,
    registry,
    producer: closer.add('producer', new Producer(queueRedis, now), (producer) => producer.close()),
    apps: new AppCache(registry, { membershipBox: membershipBoxOf(config), now }),
    memory: new MemoryWatch(queueRedis, now, log),
    membership: closer.add('membership', membershipOf(config, now), (source) => source.close()),
    metrics,
    log,
    shards: config.QUEUE_SHARDS,
    sliceSize: config.FANOUT_SLICE,
    packSizes: { call: config.PACK_CALL, chat: config.PACK_CHAT, bulk: config.PACK_BULK },
    bulkAudience: config.BULK_AUDIENCE,
    archive: config.ARCHIVE_URL !== undefined,
    now,
    random: Math.random,
    stopping: stopping.signal,
  };
  startSweeper(deps, closer, overrides.sweepTimes ?? SWEEP_TIMES);
  const archiver = config.ARCHIVE_URL && archiveFinished(deps, config.ARCHIVE_URL, overrides.archiverTimes);
  if (archiver) closer.add('archiver', archiver, (one) => one.close());
  startWorkers(deps, closer, config);
  const { ready, drain } = drainable(() => readiness(deps, archiver));
  const health = await startHealthServer({ host: config.HOST, port: config.PORT, ready });
  closer.add('health', health, (server) => server.close());
  const metricsServer = await startMetricsServer(config, metrics);
  closer.add('metrics', metricsServer, (server) => server.close());
  closer.add('stop', stopping, (controller) => controller.abort());
  log.info({ port: health.port, metricsPort: metricsServer.port }, 'fanout.started');
  return { port: health.port, metricsPort: metricsServer.port, drain, close: () => closer.close() };
}

/** From the membership key where there is one: the master key opens the secrets of providers as well. */
function membershipBoxOf(config: FanoutConfig): SecretBox {
  const { FANFARE_MEMBERSHIP_KEY: key, FANFARE_MEMBERSHIP_KEY_PREVIOUS: previous } = config;
  if (key !== undefined) return createSecretBox(key, previous ? [previous] : []);
  const master = config.FANFARE_MASTER_KEY as string;
  return createMembershipBox(master, config.FANFARE_MASTER_KEY_PREVIOUS ? [config.FANFARE_MASTER_KEY_PREVIOUS] : []);
}

const membershipOf = (config: FanoutConfig, now: () => number) =>
  createMembershipSource({
    now,
    policy: {
      allowHttp: config.WEBHOOK_ALLOW_HTTP,
      allowCidrs: config.WEBHOOK_ALLOW_CIDRS,
      allowPorts: config.WEBHOOK_ALLOW_PORTS,
    },
    ...(config.EXTRA_CA_FILE === undefined ? {} : { extraCa: readFileSync(config.EXTRA_CA_FILE, 'utf8') }),
  });

function startWorkers(deps: FanoutDeps, closer: Closer, config: FanoutConfig): void {
  const concurrency: Record<Lane, number> = {
    call: config.FANOUT_CONCURRENCY_CALL,
    chat: config.FANOUT_CONCURRENCY_CHAT,
    bulk: config.FANOUT_CONCURRENCY_BULK,
  };
  const renewal = startRenewal(deps, closer);
  const workers = LANES.flatMap((lane) =>
    Array.from({ length: deps.shards }, (_, shard) =>
      work({
        redis: deps.queueRedis,
        renewal,
        kind: 'events',
        lane,
        shard,
        concurrency: concurrency[lane],
        schema: EventJob,
        handle: (job) => handleEvent(deps, { shard, lane }, job),
        onError: (error, jobId) => logError(deps.log, error, jobId),
      }),
    ),
  );
  closer.add('workers', workers, () =>
    Promise.all(workers.map((worker) => worker.close(config.SHUTDOWN_GRACE_MS / 2))),
  );
}

/** Closed after the workers, which it serves to their end. */
function startRenewal({ queueRedis, log }: FanoutDeps, closer: Closer): LockRenewal {
  const renewal = new LockRenewal(queueRedis, (error) => log.warn({ reason: error.message }, 'locks.not_renewed'));
  return closer.add('renewal', renewal, () => renewal.close());
}

function logError(log: Logger, error: Error, jobId?: string): void {
  // Losing an event to another worker is expected with fencing and needs no action.
  if (error instanceof FencedError) log.info({ jobId, reason: error.message }, 'event.fenced');
  else if (jobId === undefined) log.warn({ reason: error.message }, 'queue.error');
  else log.error({ jobId, err: error }, 'event.failed');
}

/** How long shutdown waits for a sweep in progress. */
const SWEEP_GRACE_MS = 2000;

function startSweeper(deps: FanoutDeps, closer: Closer, times: SweepTimes): void {
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= sweep(deps, times)
      .catch((error: Error) => deps.log.warn({ reason: error.message }, 'sweep.failed'))
      .finally(() => {
        running = undefined;
      });
  }, times.everyMs);
  closer.add('sweeper', timer, async () => {
    clearInterval(timer);
    // Without Redis a sweep never ends; abandoning it is harmless.
    await Promise.race([running, setTimeout(SWEEP_GRACE_MS, undefined, { ref: false })]);
  });
}
