import { expect, test } from '@jest/globals';
import { createMetrics } from '../src/index.ts';

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
  fanfare_token_guard: 'gauge',
  fanfare_trimmed_events_total: 'counter',
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
