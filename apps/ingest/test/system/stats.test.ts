import { counter } from '@fanfare/ledger';
import { expect, test } from '@jest/globals';
import { percentilesOf, quantile, viewOf } from '../../src/system/stats-view.ts';
import { privateIngest } from '../support/private-ingest.ts';

const { deps, backend } = await privateIngest();

const COUNTS = new Map([
  [counter.event('chat'), 5],
  [counter.settled('fcm', 'chat', 'accepted'), 7],
  [counter.settled('apns', 'chat', 'accepted'), 2],
  [counter.settled('apns', 'call', 'expired'), 1],
  [counter.suppressed('NO_TARGET'), 3],
  [counter.latency('chat', 80), 9],
  ['from a later version', 1],
]);

test('settled deliveries are told apart by what is asked for', () => {
  const settled = (...by: Parameters<typeof viewOf>[1]) => viewOf([{ counts: COUNTS }, { counts: COUNTS }], by).settled;
  expect(settled()).toEqual([{ count: 20 }]);
  expect(settled('outcome')).toEqual([
    { outcome: 'accepted', count: 18 },
    { outcome: 'expired', count: 2 },
  ]);
  expect(settled('lane', 'provider')).toEqual([
    { lane: 'call', provider: 'apns', count: 2 },
    { lane: 'chat', provider: 'apns', count: 4 },
    { lane: 'chat', provider: 'fcm', count: 14 },
  ]);
});

test('a quantile lies in its bucket, between the bounds', () => {
  expect(quantile([10], 0.5)).toBe(0.05);
  expect(quantile([50, 40, 0, 10], 0.5)).toBe(0.1);
  expect(quantile([50, 40, 0, 10], 0.95)).toBe(0.75);
  expect(quantile([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4], 0.99)).toBe(3600);
  expect(percentilesOf({ chat: [10] })).toEqual({ chat: { p50: 0.05, p95: 0.095, p99: 0.099 } });
});

test('the statistics of an app are answered in steps and in all', async () => {
  const { stats, clock } = deps;
  for (const [name, n] of COUNTS) stats.add('demo', name, n);
  await stats.flush();
  const { status, body } = await backend('GET', '/v3/stats?by=lane,outcome');
  expect(status).toBe(200);
  const latency = { chat: [9, ...Array.from({ length: 12 }, () => 0)] };
  const view = {
    events: { call: 0, chat: 5, bulk: 0 },
    settled: [
      { lane: 'call', outcome: 'expired', count: 1 },
      { lane: 'chat', outcome: 'accepted', count: 9 },
    ],
    suppressed: { NO_TARGET: 3 },
    latency,
  };
  expect(body.data).toMatchObject({ to: clock.now(), step: '1m' });
  expect(body.data.total).toEqual({ ...view, percentiles: { chat: { p50: 0.05, p95: 0.095, p99: 0.099 } } });
  expect(body.data.points).toEqual([{ at: clock.now() - (clock.now() % 60_000), ...view }]);
  const hours = await backend('GET', `/v3/stats?step=1h&from=${clock.now() - 1}`);
  expect(hours.body.data.points).toHaveLength(1);
});

test('a step, dimension or range that there is not is refused', async () => {
  expect((await backend('GET', '/v3/stats?from=0&to=8640000000000000&step=1m')).body.data.points).toEqual([]);
  for (const query of ['step=2m', 'by=app', 'from=5&to=5', 'since=1']) {
    expect((await backend('GET', `/v3/stats?${query}`)).status).toBe(400);
  }
  expect((await backend('GET', '/v3/outcomes?cursor=x')).status).toBe(400);
});

test('an accepted event is counted once, also if it is posted again', async () => {
  const event = {
    id: 'm1',
    type: 'message.sent',
    sentAt: deps.clock.now(),
    sender: { uid: 'alice' },
    conversation: { type: 'user', id: 'bob' },
    message: { id: '1', text: 'hi' },
  };
  await backend('POST', '/v3/events', event);
  await backend('POST', '/v3/events', event);
  await deps.stats.flush();
  const { body } = await backend('GET', '/v3/stats');
  expect(body.data.total.events).toEqual({ call: 0, chat: 1, bulk: 0 });
});
