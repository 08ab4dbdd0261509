import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { watchLoop } from './loop-lag.ts';
import { VERSION } from './version.ts';

/** One answer to a scrape. */
export interface Exposition {
  contentType: string;
  body: string;
}

/** What the metrics of a thread count: plain data, to be sent to another thread. */
export type MetricsSnapshot = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** Buckets for one send, in seconds: a provider answers in tens of milliseconds and times out after a few seconds. */
const SEND_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];

/** Buckets for the time with us, in seconds: from a ring, due within 250 ms, to a message that waits for an hour. */
const WAIT_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];

/** Buckets for one HTTP request, in seconds; few, since there is a histogram per route, method and status. */
const REQUEST_BUCKETS = [0.01, 0.05, 0.25, 1, 5];

/** What is known of a metric before it counts anything, for docs/metrics.md. */
export interface MetricDescription {
  name: string;
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: readonly string[];
  /** Whether it shows state that all processes share: from ingest and console only, the same from each. */
  isShared: boolean;
}

/**
 * All metrics, on registries of their own, plus Node's (`process_…`, `nodejs_…`). Labels come from short lists
 * (provider, lane, outcome, …), never an id, an app, a user or an endpoint: those belong in the log.
 *
 * @param thread The name of the thread that counts. Only `main` measures what Node knows about the process.
 */
export function createMetrics(thread = 'main') {
  const node = new Registry();
  if (thread === 'main') collectDefaultMetrics({ register: node });
  const registry = new Registry();
  const descriptions: MetricDescription[] = [];
  const make = makers(registry, descriptions);
  const { loopLag, buildInfo } = ofProcess(make);
  const lag = watchLoop();
  Object.assign(loopLag, { collect: () => loopLag.set({ thread }, lag()) });
  buildInfo.set({ version: VERSION }, 1);
  const snapshot = (): Promise<MetricsSnapshot> => registry.getMetricsAsJSON();
  return {
    ...counters(make),
    ...histograms(make),
    ...gauges(make),
    ...sharedGauges(make),
    descriptions: descriptions as readonly MetricDescription[],
    snapshot,
    /**
     * The text of a scrape, with what other threads of the process have counted. To update gauges first, give the
     * metrics server a `render` that does so.
     */
    render: async (threads: readonly MetricsSnapshot[] = []): Promise<Exposition> => {
      const all = threads.length === 0 ? registry : AggregatorRegistry.aggregate([await snapshot(), ...threads]);
      return { contentType: registry.contentType, body: `${await all.metrics()}${await node.metrics()}` };
    },
  };
}

export type Metrics = ReturnType<typeof createMetrics>;

const counters = ({ counter }: Makers) => ({
  /** `result`: accepted, duplicate, rejected. */
  events: counter('events_total', 'Events posted, by result.', ['result']),
  recipientsSuppressed: counter(
    'recipients_suppressed_total',
    'Recipients not notified, by the reason of the decision.',
    ['reason'],
  ),
  deliveriesPlanned: counter('deliveries_planned_total', 'Deliveries planned by fan-out.', ['provider', 'lane']),
  /** `outcome`: an Outcome's kind. */
  attempts: counter('attempts_total', 'Attempts to send, by outcome.', ['provider', 'lane', 'outcome']),
  /** `state`: accepted, token_dead, rejected, expired, superseded. */
  deliveriesSettled: counter(
    'deliveries_settled_total',
    'Settled deliveries, by final state; accepted means taken by the provider.',
    ['provider', 'lane', 'state'],
  ),
  refusedForMemory: counter('refused_for_memory_total', 'Requests refused because Redis is nearly full.', []),
  /** `kind`: bulk, chat, call; old: messages of more than a day; letters: events with dead letters. */
  trimmed: counter('trimmed_events_total', 'Finished events deleted early because memory was short.', ['kind']),
  recordsUnreadable: counter(
    'unreadable_records_total',
    'Records of events left out of an answer: a newer version wrote them.',
    [],
  ),
  archived: counter('archived_total', 'Finished events written to the archive.', []),
  archiveLost: counter('archive_lost_total', 'Events whose records were gone before they were archived.', []),
  /** `verdict`: quarantine, guarded (kept, as most are reported dead), unproven (kept, as nothing is accepted). */
  deadTokens: counter('dead_tokens_total', 'Tokens reported dead, by what follows.', ['provider', 'verdict']),
  tokensQuarantined: counter(
    'tokens_quarantined_total',
    'Tokens set aside because the push service reports them dead.',
    ['provider'],
  ),
  goaways: counter('goaway_total', 'Times that a push service has asked to move to another connection.', ['provider']),
  /** `what`: event, delivery (each of a pack), failed_job (removed before its event or deliveries are queued again). */
  swept: counter('swept_total', 'Events and deliveries queued again by the sweeper, and failed jobs it removed.', [
    'what',
  ]),
});

const histograms = ({ histogram }: Makers) => ({
  sendSeconds: histogram('send_seconds', 'Time of one attempt, from call to answer.', {
    labels: ['provider', 'outcome'],
    buckets: SEND_BUCKETS,
  }),
  requestSeconds: histogram('http_request_seconds', 'Time of one request to the API, until its answer is written.', {
    labels: ['route', 'method', 'status'],
    buckets: REQUEST_BUCKETS,
  }),
  queueWaitSeconds: histogram('queue_wait_seconds', 'Time a job waited for a worker, not counting its delay.', {
    labels: ['queue', 'lane'],
    buckets: WAIT_BUCKETS,
  }),
  eventToAcceptedSeconds: histogram(
    'event_to_accepted_seconds',
    'Time from the receipt of an event until a provider accepts a delivery of it.',
    { labels: ['provider', 'lane'], buckets: WAIT_BUCKETS },
  ),
});

const ofProcess = ({ gauge }: Makers) => ({
  buildInfo: gauge('build_info', 'Always 1, with the version that runs.', ['version']),
  /** `thread`: main; calls, which fan-out and sender serve in a thread of their own. */
  loopLag: gauge(
    'loop_lag_seconds',
    'The 99th percentile of how long timers of a thread waited, over the last half minute.',
    ['thread'],
  ),
});

const gauges = ({ gauge }: Makers) => ({
  clockOffsetSeconds: gauge(
    'clock_offset_seconds',
    'Offset from the clock of this machine to the time of Redis; beyond 2 s either way, correct the clock.',
    [],
  ),
  archiveLagSeconds: gauge(
    'archive_lag_seconds',
    'Age of the oldest finished event that is not archived yet; 0 if there is none.',
    [],
  ),
  archiveWaiting: gauge('archive_waiting', 'Finished events that are not archived yet.', []),
  inflight: gauge('inflight', 'Attempts waiting for an answer.', ['provider', 'lane'], 'sum'),
  http2Sessions: gauge('http2_sessions', 'HTTP/2 connections to push services.', ['provider'], 'sum'),
  refusing: gauge('refusing', 'Endpoints and credentials that refuse this process.', ['provider']),
  sweeperLastRun: gauge('sweeper_last_run_seconds', 'Time since the sweeper last completed a run.', [], 'max'),
});

/** State that all processes share: ingest and console export it, and it outlives the workers that cause it. */
const sharedGauges = ({ shared }: Makers) => ({
  /** `state`: BullMQ's state of the jobs (wait, active, delayed, …). */
  queueDepth: shared('queue_depth', 'Jobs in a queue, by state.', ['queue', 'lane', 'state']),
  queueOldestSeconds: shared(
    'queue_oldest_seconds',
    'Age of the oldest of the next jobs, waiting or delayed; 0 if there is none.',
    ['queue', 'lane'],
  ),
  openEvents: shared('open_events', 'Events not done: waiting, delayed, held or in progress.', ['lane']),
  openOldestSeconds: shared('open_oldest_seconds', 'Age of the oldest open event; 0 if there is none.', ['lane']),
  deliveriesHeld: shared('deliveries_held', 'Deliveries held for a failing endpoint or credential, or for room.', [
    'provider',
    'lane',
  ]),
  breakersOpen: shared('breakers_open', 'Endpoints and credentials that nothing is sent to but trials.', ['provider']),
  credentialsFailing: shared('credentials_failing', 'Credentials that their push service refuses.', ['provider']),
  tokenGuardTripped: shared(
    'token_guard_tripped',
    'Credentials whose tokens are kept although they are reported dead, because most answers report that.',
    ['provider'],
  ),
  processAlive: shared('process_alive', 'Processes that have reported within the last 15 s.', ['role']),
  sendersAlive: shared('senders_alive', 'Senders that have reported within the last 15 s, by what they send for.', [
    'provider',
  ]),
  deadLetters: shared('dead_letters', 'Deliveries given up and neither replayed nor dismissed, of all apps.', []),
  redisMemoryRatio: shared('redis_memory_ratio', 'Used share of the maxmemory of Redis; 0 without a limit.', []),
  /** `what`: events, calls (new ones are refused); bulk, chat (events of the lane wait to be planned). */
  memoryStopped: shared('memory_stopped', 'What has stopped because Redis is too full: 1 if it has.', ['what']),
  /** `durability`: disk, second, none; unknown where Redis does not show its settings. */
  redisDurability: shared('redis_durability', 'How safely Redis keeps what was accepted: 1 for the setting in use.', [
    'durability',
  ]),
  redisMayEvict: shared('redis_may_evict', 'Whether Redis deletes data when it is full: 1 if it may.', []),
});

type Makers = ReturnType<typeof makers>;

/** A gauge that shows nothing until it is set, and again once it is reset: 0 would be a statement. */
class SharedGauge<Label extends string> extends Gauge<Label> {
  override reset(): void {
    super.reset();
    if (this.isUnlabelled) this.remove();
  }

  private get isUnlabelled(): boolean {
    return (this as unknown as { labelNames: readonly string[] }).labelNames.length === 0;
  }
}

/** These add the prefix and register the metric. */
const makers = (registry: Registry, descriptions: MetricDescription[]) => {
  const common = <Label extends string>(
    type: MetricDescription['type'],
    description: { name: string; help: string; labels: readonly Label[]; isShared?: boolean },
  ) => {
    const { help, labels, isShared = false } = description;
    const name = `fanfare_${description.name}`;
    descriptions.push({ name, type, help, labels, isShared });
    return { name, help, labelNames: labels, registers: [registry] };
  };
  return {
    counter: <Label extends string>(name: string, help: string, labels: readonly Label[]) =>
      new Counter(common('counter', { name, help, labels })),
    /** `aggregator`: how the values of several threads are combined. */
    gauge: <Label extends string>(
      name: string,
      help: string,
      labels: readonly Label[],
      aggregator: 'sum' | 'max' = 'max',
    ) => new Gauge({ ...common('gauge', { name, help, labels }), aggregator }),
    shared: <Label extends string>(name: string, help: string, labels: readonly Label[]): Gauge<Label> =>
      new SharedGauge({ ...common('gauge', { name, help, labels, isShared: true }), aggregator: 'max' }),
    histogram: <Label extends string>(
      name: string,
      help: string,
      { labels, buckets }: { labels: readonly Label[]; buckets: number[] },
    ) => new Histogram({ ...common('histogram', { name, help, labels }), buckets }),
  };
};
