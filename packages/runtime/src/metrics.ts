import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** One answer to a scrape. */
export interface Exposition {
  contentType: string;
  body: string;
}

/** Seconds of one send: a provider answers in tens of milliseconds and is given up after a few seconds. */
const SEND_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];

/** Seconds in our hands: from the ring that must be out within 250 ms to the message that waits out an hour. */
const WAIT_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];

/**
 * Every metric there is, on a registry of its own, besides Node's own (`process_…`, `nodejs_…`). Labels are words from
 * short lists (provider, lane, outcome, …), never an id, an app, a user or an endpoint: those belong in the log.
 */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const make = makers(registry);
  return {
    ...counters(make),
    ...histograms(make),
    ...gauges(make),
    /** The text of a scrape. To set gauges freshly for it, hand the health server a `render` that does so first. */
    render: async (): Promise<Exposition> => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;

const counters = ({ counter }: Makers) => ({
  /** `result`: accepted, duplicate, rejected. */
  events: counter('events_total', 'Events posted, by what became of them.', ['result']),
  recipientsSuppressed: counter(
    'recipients_suppressed_total',
    'Recipients who were not notified, by the reason of the decision.',
    ['reason'],
  ),
  deliveriesPlanned: counter('deliveries_planned_total', 'Deliveries planned by fan-out.', ['provider', 'lane']),
  /** `outcome`: an Outcome's kind. */
  attempts: counter('attempts_total', 'Attempts to send, by outcome.', ['provider', 'lane', 'outcome']),
  /** `state`: accepted, token_dead, rejected, expired, superseded. */
  deliveriesSettled: counter(
    'deliveries_settled_total',
    'Deliveries that ended, by the state they ended in; accepted means taken by the provider.',
    ['provider', 'lane', 'state'],
  ),
  /** `what`: event, delivery, failed_job. */
  swept: counter('swept_total', 'What the sweeper found without a job and put back.', ['what']),
});

const histograms = ({ histogram }: Makers) => ({
  sendSeconds: histogram('send_seconds', 'Time of one attempt, from call to answer.', {
    labels: ['provider', 'outcome'],
    buckets: SEND_BUCKETS,
  }),
  queueWaitSeconds: histogram('queue_wait_seconds', 'Time a job waited to be taken, beyond any delay it was given.', {
    labels: ['queue', 'lane'],
    buckets: WAIT_BUCKETS,
  }),
  eventToAcceptedSeconds: histogram(
    'event_to_accepted_seconds',
    'Time from the receipt of an event to the provider taking a delivery of it.',
    { labels: ['provider', 'lane'], buckets: WAIT_BUCKETS },
  ),
});

const gauges = ({ gauge }: Makers) => ({
  clockOffsetSeconds: gauge(
    'clock_offset_seconds',
    'What is added to the clock of this machine to get the time of Redis; beyond 2 s either way the machine needs mending.',
    [],
  ),
  inflight: gauge('inflight', 'Attempts whose answer is awaited.', ['provider', 'lane']),
  /** `state`: BullMQ's word for where the jobs are (wait, active, delayed, …). */
  queueDepth: gauge('queue_depth', 'Jobs in a queue, by state.', ['queue', 'lane', 'state']),
  openEvents: gauge('open_events', 'Events that are not done: waiting, delayed, held or in hand.', ['lane']),
  openOldestSeconds: gauge(
    'open_oldest_seconds',
    'How long the oldest open event has been open; 0 when there is none.',
    ['lane'],
  ),
  deliveriesHeld: gauge('deliveries_held', 'Deliveries that wait for an endpoint or a credential that refuses.', [
    'provider',
  ]),
  queueOldestSeconds: gauge('queue_oldest_seconds', 'Age of the oldest job that waits or is delayed; 0 when none is.', [
    'queue',
    'lane',
  ]),
});

type Makers = ReturnType<typeof makers>;

/** They add the prefix and see to the registry. */
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
    gauge: <Label extends string>(name: string, help: string, labels: readonly Label[]) =>
      new Gauge(common(name, help, labels)),
    histogram: <Label extends string>(
      name: string,
      help: string,
      options: { labels: readonly Label[]; buckets: number[] },
    ) => new Histogram({ ...common(name, help, options.labels), buckets: options.buckets }),
  };
};
