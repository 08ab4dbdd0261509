import { type AcceptedEvent, LANES, newEventKey, type PlannedRecipient, PROVIDER_KINDS } from '@fanfare/core';
import {
  acceptEvents,
  addOutcomes,
  addStats,
  counter,
  planSlice,
  type RecentOutcome,
  type Settlement,
  settle,
} from '@fanfare/ledger';
import { createUser, findAppId } from '@fanfare/store';
import type { Figure } from '../report/figure.ts';
import { directMessage, uidOf } from '../system/events.ts';
import type { Fanfare } from '../system/fanfare.ts';
import type { Lab } from './lab.ts';
import { replayLetters } from './replaying.ts';
import type { Row, RowResult } from './row.ts';

/** A shard keeps 10,000 dead letters of an app at most. */
const SHARDS = 8;
const EVENTS = 10_000;
/** Of each event: 50,000 in all. */
const LETTERS_EACH = 5;
/** Events written at once. */
const BATCH = 100;
/** What is planted was received over a day. */
const DAY_MS = 24 * 3_600_000;
/** Users with a record. */
const USERS = 200;
const REASONS = ['http_400', 'http_403', 'http_410', 'http_413'];
const RUNS = { full: 30, quick: 10 };
/** Of a request, on an idle machine. */
const AT_MOST_MS = 200;

/** What the pages of the console ask for, by the name of the figure. */
const REQUESTS = {
  'events, first page': '/v3/events?limit=50',
  'events of a sender who sent none': '/v3/events?limit=50&sender=none',
  'events in a state that none has': '/v3/events?limit=50&state=delivering',
  'one event by its id': `/v3/events?id=event-${EVENTS / 2}`,
  'recipients of an event': `/v3/events/event-${EVENTS / 2}/recipients?limit=50`,
  'dead letters, first page': '/v3/dead-letters?limit=100',
  'dead letters of a reason that none has': '/v3/dead-letters?limit=100&provider=custom&reason=none',
  'dead letters of an event': `/v3/dead-letters?limit=100&eventId=event-${EVENTS / 2}`,
  'users, few among many other keys': '/v3/users?limit=1000',
  'summary of dead letters, one request': '/v3/dead-letters/summary',
  'statistics of an hour': '/v3/stats?step=1m&by=provider,lane,outcome',
  'statistics of a day': '/v3/stats?step=5m&by=provider,lane,outcome',
  'statistics of a week': '/v3/stats?step=1h&by=provider,lane,outcome',
  'latest attempts': '/v3/outcomes?limit=100',
} as const;

/** How long each request of a statistic looks back, by its path. */
const SINCE: Readonly<Record<string, number>> = { '1m': DAY_MS / 24, '5m': DAY_MS, '1h': 7 * DAY_MS };

/** How long the lists of the console take with much in them. */
export const lists: Row = {
  title: 'what the pages of the console ask for, of 10,000 events and 50,000 dead letters',
  run: (lab) =>
    lab.withFanfare({ roles: ['ingest'], env: { QUEUE_SHARDS: String(SHARDS) } }, (fanfare) => measure(lab, fanfare)),
};

async function measure(lab: Lab, fanfare: Fanfare): Promise<RowResult> {
  await plant(fanfare);
  await plantStatistics(fanfare);
  lab.say('lists: planted');
  const figures: Figure[] = [];
  for (const [name, path] of Object.entries(REQUESTS)) {
    const times: number[] = [];
    // The first is not counted.
    for (let run = 0; run <= (lab.quick ? RUNS.quick : RUNS.full); run += 1) {
      const startedAt = performance.now();
      await fanfare.bench.api.get(path + sinceOf(path));
      if (run > 0) times.push(performance.now() - startedAt);
    }
    const ours = Math.max(...times);
    figures.push({ row: 'lists', what: `ms at most: ${name}`, ours, target: { of: 'value', atMost: AT_MOST_MS } });
  }
  lab.say('lists: replaying');
  const replay = await replayLetters(lab, fanfare, { letters: EVENTS * LETTERS_EACH, shards: SHARDS });
  return {
    ...replay,
    figures: [...figures, ...replay.figures],
    notes: ['lists: the slowest of some requests, one after the other; the first is not counted.'],
  };
}

function sinceOf(path: string): string {
  const step = /step=(\w+)/.exec(path)?.[1];
  return step === undefined ? '' : `&from=${Date.now() - (SINCE[step] ?? 0)}`;
}

/** Writes users, and events whose deliveries were all given up. */
async function plant({ redis }: Fanfare): Promise<void> {
  const appId = (await findAppId(redis, 'bench')) ?? '';
  for (let n = 0; n < USERS; n += 1) await createUser(redis, appId, uidOf(n), Date.now());
  const first = Date.now() - DAY_MS;
  for (let from = 0; from < EVENTS; from += BATCH) {
    const numbers = Array.from({ length: BATCH }, (_, i) => from + i);
    const events = numbers.map((n) => eventOf(appId, n, first + Math.floor((n * DAY_MS) / EVENTS)));
    const answers = await acceptEvents(
      redis,
      events.map((accepted) => ({ accepted })),
      SHARDS,
    );
    await Promise.all(
      answers.map(async (ref, i) => {
        if (ref instanceof Error) throw ref;
        const { event, receivedAt } = events[i] as AcceptedEvent;
        const recipients = uidsOf(from + i).map(
          (uid): PlannedRecipient => ({ kind: 'send', uid, targets: [{ provider: 'custom' }] }),
        );
        const slice = { first: 0, cursor: uidOf(LETTERS_EACH), last: true, recipients, packSize: 1 };
        await planSlice(redis, ref, appId, 0, slice);
        await settle(redis, ref, appId, settlementsOf(event.id, from + i), receivedAt + 1);
      }),
    );
  }
}

/** Writes what a busy app counts in a week, and its latest attempts. */
async function plantStatistics({ redis }: Fanfare): Promise<void> {
  const appId = (await findAppId(redis, 'bench')) ?? '';
  const now = Date.now();
  const names = LANES.flatMap((lane) => [
    counter.event(lane),
    ...[50, 400, 2000, 20_000].map((ms) => counter.latency(lane, ms)),
    ...PROVIDER_KINDS.flatMap((provider) =>
      (['accepted', 'rejected', 'expired', 'token_dead'] as const).map((state) =>
        counter.settled(provider, lane, state),
      ),
    ),
  ]);
  const growth = new Map(names.map((name, i) => [name, 100 + i]));
  for (let ago = 7 * DAY_MS; ago > 0; ago -= ago > DAY_MS / 24 ? DAY_MS / 288 : DAY_MS / 1440) {
    await addStats(redis, appId, growth, now - ago);
  }
  const outcomes = Array.from({ length: 500 }, (_, n): RecentOutcome => {
    const sent = { provider: 'custom', outcome: 'rejected', reason: 'http_400', settled: 'rejected' } as const;
    const about = { eventId: `event-${n}`, type: 'message.sent', uid: uidOf(n), ...sent };
    return { at: now, ...about, attempt: 1, durationMs: 20, ageMs: 40 };
  });
  await addOutcomes(redis, new Map([[appId, outcomes]]));
}

const uidsOf = (n: number): string[] => Array.from({ length: LETTERS_EACH }, (_, i) => uidOf(n * LETTERS_EACH + i));

function eventOf(appId: string, n: number, receivedAt: number): AcceptedEvent {
  const { id, sender } = directMessage(`event-${n}`, uidOf(n));
  return {
    key: newEventKey(receivedAt, Math.random),
    appId,
    event: {
      id,
      type: 'message.sent',
      sentAt: receivedAt,
      sender,
      // Of many conversations, which are spread over the shards.
      conversation: { type: 'group', id: `group-${n}` },
      message: { id, category: 'message', type: 'text', text: 'hello' },
    },
    lane: 'chat',
    receivedAt,
    leaveBy: receivedAt + 1,
    holdUntil: receivedAt + 1,
    settingsVersion: 1,
  };
}

function settlementsOf(eventId: string, n: number): Settlement[] {
  const reason = REASONS[n % REASONS.length] as string;
  return uidsOf(n).map((uid, ordinal) => ({
    ordinal,
    provider: 'custom',
    state: 'rejected',
    deadLetter: { eventId, uid, provider: 'custom', reason, detail: 'no such user here', attempts: 1 },
  }));
}
