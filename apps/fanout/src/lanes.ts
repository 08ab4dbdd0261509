import { readFileSync } from 'node:fs';
import { LANES, type Lane, PROVIDER_KINDS } from '@fanfare/core';
import { FencedError, type Shards, servedShards } from '@fanfare/ledger';
import { createMembershipSource } from '@fanfare/providers';
import { EventJob, work, workTogether } from '@fanfare/queue';
import { readyWhenWritable } from '@fanfare/redis';
import { Closer, type Logger, startTracing, type ThreadWork } from '@fanfare/runtime';
import { openService, openStats } from '@fanfare/service';
import { AppCache, createMembershipBox, createSecretBox, type SecretBox } from '@fanfare/store';
import type { FanoutConfig } from './config.ts';
import { ContentTimes } from './content-times.ts';
import type { FanoutDeps } from './deps.ts';
import { HandOvers } from './hand-over.ts';
import { handleEvent } from './handle-event.ts';

/** What serves some lanes, and may be overridden. */
export interface LaneOptions {
  /** All by default. */
  lanes?: readonly Lane[];
  /** The name of the thread, for metrics; `main` by default. */
  thread?: string;
  log?: Logger;
  /** This machine's clock, epoch ms; `Date.now` by default. */
  localClock?: () => number;
}

/** Expands the events of some lanes in a thread that does nothing else. */
export async function startLanes(config: FanoutConfig, lanes: readonly Lane[]): Promise<ThreadWork> {
  const closer = new Closer();
  const { metrics, queueRedis } = await closer.closeOnFailure(() =>
    openLanes(config, { lanes, thread: 'calls' }, closer),
  );
  const ready = () => readyWhenWritable(queueRedis);
  return { ready, snapshot: metrics.snapshot, close: () => closer.close() };
}

/** Starts expanding the events of some lanes. */
export async function openLanes(config: FanoutConfig, options: LaneOptions, closer: Closer): Promise<FanoutDeps> {
  const { lanes = LANES, ...overrides } = options;
  const service = await openService(config, { role: 'fanout', redis: 'worker', ...overrides }, closer);
  const { registry, shards, metrics, now } = service;
  const stopping = new AbortController();
  // Shown while still 0, or Prometheus would take the first ones for no increase.
  for (const provider of PROVIDER_KINDS) {
    for (const lane of lanes) metrics.deliveriesSettled.inc({ provider, lane, state: 'expired' }, 0);
  }
  const apps = new AppCache(registry, { membershipBox: membershipBoxOf(config), now });
  const deps: FanoutDeps = {
    ...service,
    handOvers: new HandOvers({ redis: service.queueRedis, now }),
    apps,
    contentTimes: new ContentTimes(apps, now),
    membership: closer.add('membership', membershipOf(config, now), (source) => source.close()),
    stats: openStats(service, closer),
    sweepCounts: { restored: 0, expired: 0, trimmed: 0 },
    tracing: closer.add('tracing', await startTracing('fanout', config), (one) => one.close()),
    get shards() {
      return shards.all;
    },
    sliceSize: config.FANOUT_SLICE,
    packSizes: { call: config.PACK_CALL, chat: config.PACK_CHAT, bulk: config.PACK_BULK },
    bulkAudience: config.BULK_AUDIENCE,
    archive: config.ARCHIVE_URL !== undefined,
    random: Math.random,
    stopping: stopping.signal,
  };
  startWorkers(deps, closer, config, { lanes, shards });
  closer.add('stop', stopping, (controller) => controller.abort());
  return deps;
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

function startWorkers(
  deps: FanoutDeps,
  closer: Closer,
  config: FanoutConfig,
  { lanes, shards }: { lanes: readonly Lane[]; shards: Shards },
): void {
  const concurrency: Record<Lane, number> = {
    call: config.FANOUT_CONCURRENCY_CALL,
    chat: config.FANOUT_CONCURRENCY_CHAT,
    bulk: config.FANOUT_CONCURRENCY_BULK,
  };
  const { QUEUE_SHARDS: wanted } = config;
  const onError = (error: Error) => deps.log.warn({ reason: error.message }, 'workers.error');
  const workers = workTogether(deps.queueRedis, { queues: lanes.length, shards: wanted, onError }, (shard, shared) =>
    lanes.map((lane) =>
      work({
        redis: deps.queueRedis,
        shared,
        kind: 'events',
        lane,
        shard,
        concurrency: Math.ceil(concurrency[lane] / wanted),
        schema: EventJob,
        handle: (job) => handleEvent(deps, { shard, lane }, job),
        onError: (error, jobId) => logError(deps.log, error, jobId),
      }),
    ),
  );
  shards.onLook(async () => workers.serve(await servedShards(deps.queueRedis, wanted, shards.all)));
  closer.add('workers', workers, () => workers.close(config.SHUTDOWN_GRACE_MS / 2));
}

function logError(log: Logger, error: Error, jobId?: string): void {
  // Losing an event to another worker is expected with fencing and needs no action.
  if (error instanceof FencedError) log.info({ jobId, reason: error.message }, 'event.fenced');
  else if (jobId === undefined) log.warn({ reason: error.message }, 'queue.error');
  else log.error({ jobId, err: error }, 'event.failed');
}
