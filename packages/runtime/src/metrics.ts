import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

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

/**
 * All metrics, on registries of their own, plus Node's (`process_…`, `nodejs_…`). Labels come from short lists
 * (provider, lane, outcome, …), never an id, an app, a user or an endpoint: those belong in the log.
 */
export function createMetrics() {
  const node = new Registry();
  collectDefaultMetrics({ register: node });
  const registry = new Registry();
  const make = makers(registry);
  const snapshot = (): Promise<MetricsSnapshot> => registry.getMetricsAsJSON();
  return {
    ...counters(make),
    ...histograms(make),
    ...gauges(make),
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
  archived: counter('archived_total', 'Finished events written to the archive.', []),
  archiveLost: counter('archive_lost_total', 'Events whose records were gone before they were archived.', []),
  /** `verdict`: quarantine, guarded (kept, as most are reported dead), unproven (kept, as nothing is accepted). */
  deadTokens: counter('dead_tokens_total', 'Tokens reported dead, by what follows.', ['provider', 'verdict']),
  /** `what`: event, delivery, failed_job. */
  swept: counter('swept_total', 'Jobs that the sweeper found missing and added again.', ['what']),
});

const histograms = ({ histogram }: Makers) => ({
  sendSeconds: histogram('send_seconds', 'Time of one attempt, from call to answer.', {
    labels: ['provider', 'outcome'],
    buckets: SEND_BUCKETS,
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
  /** `state`: BullMQ's state of the jobs (wait, active, delayed, …). */
  queueDepth: gauge('queue_depth', 'Jobs in a queue, by state.', ['queue', 'lane', 'state']),
  openEvents: gauge('open_events', 'Events not done: waiting, delayed, held or in progress.', ['lane']),
  openOldestSeconds: gauge('open_oldest_seconds', 'Age of the oldest open event; 0 if there is none.', ['lane']),
  redisMemoryRatio: gauge('redis_memory_ratio', 'Used share of the maxmemory of Redis; 0 without a limit.', []),
  /** `what`: events, calls (new ones are refused); bulk, chat (events of the lane wait to be planned). */
  memoryStopped: gauge('memory_stopped', 'What has stopped because Redis is too full: 1 if it has.', ['what']),
  deliveriesHeld: gauge('deliveries_held', 'Deliveries waiting for a failing endpoint or credential.', ['provider']),
  tokenGuard: gauge(
    'token_guard',
    'Credentials whose tokens are kept although they are reported dead, because most answers report that.',
    ['provider'],
  ),
  refusing: gauge('refusing', 'Endpoints and credentials that refuse this process.', ['provider']),
  queueOldestSeconds: gauge(
    'queue_oldest_seconds',
    'Age of the oldest of the next jobs, waiting or delayed; 0 if there is none.',
    ['queue', 'lane'],
  ),
});

type Makers = ReturnType<typeof makers>;

/** These add the prefix and register the metric. */
const makers = (registry: Registry) => {
  const common = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) => ({
    name: `fanfare_${name}`,
    help,
    labelNames,
    registers: [registry],
  });
  return {
    counter: <Label extends string>(name: string, help: string, labels: readonly Label[]) =>
      new Counter(common(name, help, labels)),
    /** `aggregator`: how the values of several threads are combined. */
    gauge: <Label extends string>(
      name: string,
      help: string,
      labels: readonly Label[],
      aggregator: 'sum' | 'max' = 'max',
    ) => new Gauge({ ...common(name, help, labels), aggregator }),
    histogram: <Label extends string>(
      name: string,
      help: string,
      options: { labels: readonly Label[]; buckets: number[] },
    ) => new Histogram({ ...common(name, help, options.labels), buckets: options.buckets }),
  };
};
