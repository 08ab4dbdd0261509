import type { Breaker } from '@fanfare/ledger';
import type { ProcessRecord, ProcessRole } from '@fanfare/redis';
import { expect, test } from '@jest/globals';
import type { LaneState, SystemState } from '../../src/system/system-state.ts';
import { verdictOf } from '../../src/system/verdict.ts';

const AT = Date.UTC(2026, 2, 13, 6, 30);

const running = (role: ProcessRole, over: Partial<ProcessRecord> = {}): ProcessRecord => ({
  id: `${role}-1`,
  role,
  version: '1.0.0',
  host: 'push-1',
  pid: 1,
  startedAt: 0,
  seenAt: AT,
  ...over,
});
const ALL = [running('ingest'), running('fanout'), running('sender', { providers: ['fcm', 'apns', 'custom'] })];

const lane = (name: LaneState['lane'], over: Partial<LaneState> = {}): LaneState => ({
  lane: name,
  openEvents: 0,
  oldestMs: 0,
  waiting: 0,
  active: 0,
  delayed: 0,
  held: 0,
  ...over,
});

const breaker = (over: Partial<Breaker> = {}): Breaker => ({
  appId: 'demo~x3k9q0z7a',
  provider: 'custom',
  target: 'endpoint',
  name: 'https://chat.example.com',
  reason: 'http_503',
  since: Date.UTC(2026, 2, 13, 4, 9),
  until: AT + 60_000,
  held: { call: 0, chat: 784, bulk: 0 },
  waiting: 784,
  ...over,
});

const state = (over: Partial<SystemState> = {}): SystemState => ({
  at: AT,
  processes: ALL,
  breakers: [],
  lanes: [lane('call'), lane('chat'), lane('bulk')],
  unsent: { fcm: 0, apns: 0, custom: 0 },
  redis: { fullness: 0.2, stops: [], durability: 'disk', maxmemoryPolicy: 'noeviction', replicas: 'no replica' },
  ...over,
});

const sentences = (over: Partial<SystemState>) => verdictOf(state(over)).map(({ sentence }) => sentence);

test('a healthy system is said to be so', () => {
  expect(verdictOf(state())).toEqual([{ level: 'ok', code: 'ok', sentence: 'All queues are keeping up.' }]);
});

test('a webhook that refuses is named, with the time it began and the deliveries that wait', () => {
  expect(verdictOf(state({ breakers: [breaker()] }))).toEqual([
    {
      level: 'critical',
      code: 'breaker_open',
      appId: 'demo',
      sentence:
        'The webhook https://chat.example.com of demo has been refusing since 04:09 UTC (http_503): ' +
        '784 deliveries are waiting.',
    },
  ]);
});

test('a time of another day has its date, and one delivery is one', () => {
  const [sentence] = sentences({ breakers: [breaker({ since: AT - 30 * 3_600_000, waiting: 1 })] });
  expect(sentence).toContain('since 2026-03-12 00:30 UTC (http_503): 1 delivery is waiting.');
});

test('a guarded credential is doubted, not said to refuse', () => {
  const guarded = breaker({ provider: 'apns', name: 'main', reason: 'dead_tokens_guarded', waiting: 0 });
  expect(verdictOf(state({ breakers: [guarded] }))).toMatchObject([{ level: 'warning', code: 'tokens_guarded' }]);
  expect(sentences({ breakers: [guarded] })[0]).not.toContain('refus');
});

test('without workers the verdict says which are missing and what waits', () => {
  const lanes = [lane('call'), lane('chat', { openEvents: 1200 }), lane('bulk')];
  expect(sentences({ processes: [running('ingest')], lanes, unsent: { fcm: 3, apns: 4, custom: 0 } })).toEqual([
    'No fan-out is running: 1,200 events wait.',
    'No sender is running: 7 deliveries are waiting.',
  ]);
});

test('a provider without a sender is a problem only if deliveries wait for it', () => {
  const processes = [running('fanout'), running('sender', { providers: ['custom'] })];
  expect(sentences({ processes })).toEqual(['All queues are keeping up.']);
  expect(sentences({ processes, unsent: { fcm: 2, apns: 0, custom: 5 } })).toEqual([
    'No sender for FCM is running: 2 deliveries are waiting.',
  ]);
});

test('a lane is stuck at its own age: 30 seconds for calls, 5 minutes for chat, an hour for bulk', () => {
  const at = (call: number, chat: number, bulk: number) => [
    lane('call', { openEvents: 1, oldestMs: call }),
    lane('chat', { openEvents: 2, oldestMs: chat }),
    lane('bulk', { openEvents: 3, oldestMs: bulk }),
  ];
  expect(sentences({ lanes: at(30_000, 300_000, 3_600_000) })).toEqual(['All queues are keeping up.']);
  expect(sentences({ lanes: at(45_000, 600_000, 7_200_000) })).toEqual([
    'The oldest of 1 open call event is 45 s old.',
    'The oldest of 2 open chat events is 10 min old.',
    'The oldest of 3 open bulk events is 2 h old.',
  ]);
});

test('a paused lane says so: critical for calls and what has waited long, and not stuck besides', () => {
  const pausedSince = Date.UTC(2026, 2, 13, 6, 9);
  const lanes = [
    lane('call', { pausedSince }),
    lane('chat', { pausedSince, openEvents: 1, oldestMs: 60_000 }),
    lane('bulk', { pausedSince, openEvents: 1204, oldestMs: 7_200_000 }),
  ];
  expect(verdictOf(state({ lanes })).map(({ level, code, sentence }) => `${level} ${code}: ${sentence}`)).toEqual([
    'critical lane_paused: The call lane has been paused since 06:09 UTC: no phone rings, 0 events wait. ' +
      'Resume it on the System page.',
    'critical lane_paused: The bulk lane has been paused since 06:09 UTC: 1,204 events wait, the oldest for 2 h. ' +
      'Resume it on the System page.',
    'warning lane_paused: The chat lane has been paused since 06:09 UTC: 1 event waits, the oldest for 60 s. ' +
      'Resume it on the System page.',
  ]);
});

test('784 deliveries held with empty queues are told apart from a lane without workers', () => {
  const lanes = [lane('chat', { openEvents: 784, oldestMs: 3_600_000, held: 784 })];
  const verdict = verdictOf(state({ lanes, breakers: [breaker()] }));
  expect(verdict.map(({ level, code }) => `${level} ${code}`)).toEqual(['critical breaker_open', 'warning stuck']);
  expect(verdict[1]?.sentence).toBe('The oldest of 784 open chat events is 60 min old; 784 deliveries held.');
});

test('a full or unsafe Redis, and processes of different versions, are said in words', () => {
  const redis = { fullness: 0.72, stops: ['events' as const], durability: 'second' as const };
  expect(
    verdictOf(
      state({
        redis: { ...redis, maxmemoryPolicy: 'allkeys-lru', replicas: 'no replica' },
        processes: [...ALL, running('sender', { id: 'sender-2', version: '1.1.0' })],
      }),
    ).map(({ level, sentence }) => `${level}: ${sentence}`),
  ).toEqual([
    'critical: Redis uses 72 % of its memory: new events are refused, except calls.',
    'critical: Redis may evict events: its maxmemory-policy is allkeys-lru.',
    'warning: Redis writes to disk once a second: a crash loses what was accepted since.',
    'warning: Processes of different versions are running: 1.0.0, 1.1.0.',
  ]);
});
