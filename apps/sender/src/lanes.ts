import { randomBytes } from 'node:crypto';
import { LANES, type Lane } from '@fanfare/core';
import { publishRefusals, type Shards, servedShards } from '@fanfare/ledger';
import { DeliveryJob, work, workTogether } from '@fanfare/queue';
import { readyWhenWritable } from '@fanfare/redis';
import { Closer, type Logger, startTracing, type ThreadWork } from '@fanfare/runtime';
import { openService, openStats } from '@fanfare/service';
import { AppCache, createSecretBox, createTokenStore } from '@fanfare/store';
import { Admitter } from './admitter.ts';
import type { SenderConfig } from './config.ts';
import { countInFlight, showFromStart } from './counts.ts';
import type { AttemptRecord, SenderDeps } from './deps.ts';
import { EventCache } from './event-cache.ts';
import { handlePack } from './handle-pack.ts';
import { inHandBesideOf, inHandOf } from './held/endpoints.ts';
import { Gates } from './held/gates.ts';
import { startLooking } from './held/look.ts';
import { LedgerReader } from './ledger-reader.ts';
import { PlanCache } from './plan-cache.ts';
import { closeProviders, createProviders } from './providers.ts';
import { RecentOutcomes } from './recent-outcomes.ts';
import { Recorder } from './recorder.ts';
import { Refusals } from './refusals.ts';
import { SupersededCheck } from './superseded-check.ts';
import { TargetReader } from './target-reader.ts';
import { TokenSafety } from './token-safety.ts';
import { WebhookHealth } from './webhook-health.ts';

/** What serves some lanes, and may be overridden. */
export interface LaneOptions {
  /** All by default. */
  lanes?: readonly Lane[];
  /** The name of the thread, for metrics; `main` by default. */
  thread?: string;
  log?: Logger;
  /** This machine's clock, epoch ms; `Date.now` by default. */
  localClock?: () => number;
  /** In [0, 1); `Math.random` by default. */
  random?: () => number;
  /** Called for every attempt. */
  onAttempt?: (attempt: AttemptRecord) => void;
}

/** Sends the deliveries of some lanes in a thread that does nothing else. */
export async function startLanes(config: SenderConfig, lanes: readonly Lane[]): Promise<ThreadWork> {
  const closer = new Closer();
  const deps = await closer.closeOnFailure(() => openLanes(config, { lanes, thread: 'calls' }, closer));
  const snapshot = () => {
    countInFlight(deps);
    return deps.metrics.snapshot();
  };
  return { ready: () => readyWhenWritable(deps.queueRedis), snapshot, close: () => closer.close() };
}

/** Starts sending the deliveries of some lanes. */
export async function openLanes(config: SenderConfig, options: LaneOptions, closer: Closer): Promise<SenderDeps> {
  const { lanes = LANES, random = Math.random, onAttempt, ...overrides } = options;
  const service = await openService(config, { role: 'sender', redis: 'worker', ...overrides }, closer);
  const { registry, queueRedis, producer, shards, metrics, log, now } = service;
  showFromStart(metrics, config.SENDER_PROVIDERS, lanes);
  const previous = config.FANFARE_MASTER_KEY_PREVIOUS;
  const box = createSecretBox(config.FANFARE_MASTER_KEY, previous ? [previous] : []);
  const concurrency = concurrencyOf(config);
  const limits = { call: share(concurrency.call), chat: share(concurrency.chat), bulk: share(concurrency.bulk) };
  const admitter = closer.add('admitter', new Admitter({ redis: queueRedis, producer, log, now }), (one) =>
    one.flush(),
  );
  const madeRoom = (shard: number, appId: string) => admitter.madeRoom(shard, appId);
  const onRecentError = (error: Error) => log.warn({ reason: error.message }, 'stats.not_written');
  const [ledger, targets] = [new LedgerReader(queueRedis), new TargetReader(registry)];
  const deps: SenderDeps = {
    queueRedis,
    registry,
    ledger,
    events: new EventCache({ ledger, people: targets, registry }),
    plans: new PlanCache(queueRedis, ledger),
    targets,
    superseded: new SupersededCheck({ queueRedis, now }),
    apps: new AppCache(registry, { box, now }),
    box,
    providers: closer.add(
      'providers',
      createProviders(config, { limits, tokens: createTokenStore(registry, box), metrics, log, now }),
      closeProviders,
    ),
    gates: new Gates({ redis: queueRedis, producer, log, shards, concurrency, limits, now, onHeld: madeRoom }),
    recorder: new Recorder({ redis: queueRedis, now, onRecorded: madeRoom }),
    producer,
    refusals: new Refusals(now),
    tokenSafety: closer.add('token safety', new TokenSafety({ registry, metrics, log, now }), (one) => one.close()),
    webhookHealth: closer.add('webhook health', new WebhookHealth({ registry, log, now }), (one) => one.close()),
    stats: openStats(service, closer),
    recent: closer.add('recent', new RecentOutcomes({ redis: queueRedis, onError: onRecentError }), (one) =>
      one.close(),
    ),
    metrics,
    tracing: closer.add('tracing', await startTracing('sender', config), (one) => one.close()),
    log,
    now,
    random,
    onAttempt,
  };
  startReporting(deps, closer);
  startLooking(deps, closer, { providers: config.SENDER_PROVIDERS, lanes, shards });
  startWorkers(deps, closer, config, { lanes, shards });
  return deps;
}

const concurrencyOf = (config: SenderConfig): Record<Lane, number> => ({
  call: config.SENDER_CONCURRENCY_CALL,
  chat: config.SENDER_CONCURRENCY_CHAT,
  bulk: config.SENDER_CONCURRENCY_BULK,
});

/** How often this process reports endpoints that refuse it, ms; a report stays valid for a few times as long. */
const REPORT_EVERY_MS = 2000;

/** Publishes which endpoints refuse this process while any do, and once more when none does. */
function startReporting({ queueRedis, refusals, tokenSafety, log, now }: SenderDeps, closer: Closer): void {
  const processId = randomBytes(9).toString('hex');
  let reported = 0;
  let running = false;
  const report = async () => {
    const current = [...refusals.current(), ...tokenSafety.guarded()];
    if (current.length + reported === 0) return;
    await publishRefusals(queueRedis, processId, current, now());
    reported = current.length;
  };
  const timer = setInterval(() => {
    if (running) return;
    running = true;
    report()
      .catch((error: Error) => log.warn({ reason: error.message }, 'refusals.not_reported'))
      .finally(() => {
        running = false;
      });
  }, REPORT_EVERY_MS);
  closer.add('reporting', timer, clearInterval);
}

/** The share of a lane one endpoint may have in flight: never all of it, so that others always get through. */
const share = (concurrency: number): number => Math.max(1, Math.floor(concurrency * 0.75));

function startWorkers(
  deps: SenderDeps,
  closer: Closer,
  config: SenderConfig,
  { lanes, shards }: { lanes: readonly Lane[]; shards: Shards },
): void {
  const concurrency = concurrencyOf(config);
  const { SENDER_PROVIDERS: providers, QUEUE_SHARDS: wanted } = config;
  const onError = (error: Error) => deps.log.warn({ reason: error.message }, 'workers.error');
  const queues = providers.length * lanes.length;
  const workers = workTogether(deps.queueRedis, { queues, shards: wanted, onError }, (shard, shared) =>
    providers.flatMap((provider) =>
      lanes.map((lane) =>
        work({
          redis: deps.queueRedis,
          shared,
          kind: `deliveries-${provider}`,
          lane,
          shard,
          // More than are sent at a time: the others are being read or recorded, or wait.
          concurrency: Math.ceil(inHandOf(lane, concurrency[lane]) / wanted),
          beside: Math.ceil(inHandBesideOf(lane, concurrency[lane]) / wanted),
          sizeOf: ({ count = 1 }) => count,
          schema: DeliveryJob,
          handle: (job) => handlePack(deps, { shard, lane, provider }, job),
          onError: (error, jobId) => logError(deps.log, error, jobId),
        }),
      ),
    ),
  );
  shards.onLook(async () => workers.serve(await servedShards(deps.queueRedis, wanted, shards.all)));
  closer.add('workers', workers, () => workers.close(config.SHUTDOWN_GRACE_MS / 2));
}

function logError(log: Logger, error: Error, jobId?: string): void {
  if (jobId === undefined) log.warn({ reason: error.message }, 'queue.error');
  else log.error({ jobId, err: error }, 'delivery.failed');
}
