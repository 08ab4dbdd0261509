import { expect, test } from '@jest/globals';
import { createMetrics, VERSION } from '../src/index.ts';

const OURS: Record<string, string> = {
  fanfare_events_total: 'counter',
  fanfare_recipients_suppressed_total: 'counter',
  fanfare_deliveries_planned_total: 'counter',
  fanfare_attempts_total: 'counter',
  fanfare_deliveries_settled_total: 'counter',
  fanfare_send_seconds: 'histogram',
  fanfare_queue_wait_seconds: 'histogram',
  fanfare_event_to_accepted_seconds: 'histogram',
  fanfare_inflight: 'gauge',
  fanfare_clock_offset_seconds: 'gauge',
  fanfare_open_events: 'gauge',
  fanfare_open_oldest_seconds: 'gauge',
  fanfare_deliveries_held: 'gauge',
  fanfare_queue_depth: 'gauge',
  fanfare_queue_oldest_seconds: 'gauge',
  fanfare_swept_total: 'counter',
  fanfare_archive_lag_seconds: 'gauge',
  fanfare_archive_lost_total: 'counter',
  fanfare_archive_waiting: 'gauge',
  fanfare_archived_total: 'counter',
  fanfare_dead_tokens_total: 'counter',
  fanfare_memory_stopped: 'gauge',
  fanfare_redis_memory_ratio: 'gauge',
  fanfare_refused_for_memory_total: 'counter',
  fanfare_refusing: 'gauge',
  fanfare_build_info: 'gauge',
  fanfare_process_alive: 'gauge',
  fanfare_senders_alive: 'gauge',
  fanfare_loop_lag_seconds: 'gauge',
  fanfare_http_request_seconds: 'histogram',
  fanfare_breakers_open: 'gauge',
  fanfare_credentials_failing: 'gauge',
  fanfare_token_guard_tripped: 'gauge',
  fanfare_tokens_quarantined_total: 'counter',
  fanfare_dead_letters: 'gauge',
  fanfare_redis_durability: 'gauge',
  fanfare_redis_may_evict: 'gauge',
  fanfare_sweeper_last_run_seconds: 'gauge',
  fanfare_http2_sessions: 'gauge',
  fanfare_goaway_total: 'counter',
  fanfare_trimmed_events_total: 'counter',
  fanfare_unreadable_records_total: 'counter',
};

test('every metric has its name, its type and a line of help', async () => {
  const { contentType, body } = await createMetrics().render();
  expect(contentType).toContain('text/plain');
  const types = Object.fromEntries(
    [...body.matchAll(/^# TYPE (fanfare_\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]),
  );
  expect(types).toEqual(OURS);
  for (const name of Object.keys(OURS)) expect(body).toMatch(new RegExp(`^# HELP ${name} [A-Z].*\\.$`, 'm'));
});

/** What labels may be: each has a short list of values, whatever is sent to whom. */
const LABELS = new Set([
  ...['durability', 'kind', 'lane', 'method', 'outcome', 'provider', 'queue', 'reason', 'result', 'role', 'route'],
  ...['state', 'status', 'thread', 'verdict', 'version', 'what'],
]);

test('no label is an id, and what all processes share is described as such', () => {
  const { descriptions } = createMetrics();
  expect(new Set(descriptions.map(({ name }) => name))).toEqual(new Set(Object.keys(OURS)));
  expect(descriptions.flatMap(({ labels }) => labels).filter((label) => !LABELS.has(label))).toEqual([]);
  const shared = descriptions.flatMap(({ name, isShared }) => (isShared ? [name] : []));
  expect(shared).toContain('fanfare_open_oldest_seconds');
  expect(shared).not.toContain('fanfare_inflight');
});

test('a shared gauge without labels shows nothing until it is set, and again once it is reset', async () => {
  const metrics = createMetrics();
  const shown = async () => /^fanfare_dead_letters (.*)$/m.exec((await metrics.render()).body)?.[1];
  expect(await shown()).toBeUndefined();
  metrics.deadLetters.set(0);
  expect(await shown()).toBe('0');
  metrics.deadLetters.reset();
  expect(await shown()).toBeUndefined();
});

test('the version that runs is in the build info', async () => {
  expect((await createMetrics().render()).body).toContain(`fanfare_build_info{version="${VERSION}"} 1`);
});

test('counted, set and observed values are exported with their labels', async () => {
  const metrics = createMetrics();
  metrics.events.inc({ result: 'accepted' }, 3);
  metrics.attempts.inc({ provider: 'fcm', lane: 'call', outcome: 'accepted' });
  metrics.queueDepth.set({ queue: 'events', lane: 'bulk', state: 'wait' }, 7);
  metrics.sendSeconds.observe({ provider: 'custom', outcome: 'retryable' }, 0.2);
  const { body } = await metrics.render();
  expect(body).toContain('fanfare_events_total{result="accepted"} 3');
  expect(body).toContain('fanfare_attempts_total{provider="fcm",lane="call",outcome="accepted"} 1');
  expect(body).toContain('fanfare_queue_depth{queue="events",lane="bulk",state="wait"} 7');
  expect(body).toContain('fanfare_send_seconds_bucket{le="0.25",provider="custom",outcome="retryable"} 1');
  expect(body).toContain('fanfare_send_seconds_bucket{le="0.1",provider="custom",outcome="retryable"} 0');
});

test("Node's own metrics are there too", async () => {
  const { body } = await createMetrics().render();
  expect(body).toContain('process_cpu_seconds_total');
  expect(body).toContain('nodejs_eventloop_lag_seconds');
});

test('two apps in one process do not share their numbers', async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.events.inc({ result: 'accepted' });
  expect((await other.render()).body).not.toContain('fanfare_events_total{');
});
