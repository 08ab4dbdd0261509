import { type RecentOutcome, readOutcomes } from '@fanfare/ledger';
import { startTestRedis, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { RecentOutcomes } from '../src/recent-outcomes.ts';

const APP = 'demo';

const outcome = (i: number, kind: string): RecentOutcome => ({
  at: i,
  eventId: `msg-${i}`,
  type: 'message.sent',
  uid: 'bob',
  provider: 'custom',
  outcome: kind,
  attempt: 1,
  durationMs: 1,
  ageMs: 1,
});

test('of many outcomes in one second ten are shown, and ten failures besides', async () => {
  await using own = await startTestRedis();
  const recent = new RecentOutcomes({ redis: own.redis, onError: () => undefined });
  for (let i = 0; i < 100; i++) {
    const isFailure = i >= 95;
    if (recent.places(APP, isFailure) > 0) recent.add(APP, isFailure, outcome(i, isFailure ? 'rejected' : 'accepted'));
  }
  expect([recent.places(APP, false), recent.places(APP, true)]).toEqual([0, 5]);
  const shown = await until(async () => {
    const all = await readOutcomes(own.redis, APP, { limit: 99 });
    return all.length > 0 ? all : undefined;
  }, 'they are written');
  await recent.close();
  expect(shown.map(({ at }) => at)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 95, 96, 97, 98, 99]);
  expect(recent.places(APP, false)).toBe(10);
});

test('what happened in the last second before a stop is shown too', async () => {
  await using own = await startTestRedis();
  const recent = new RecentOutcomes({ redis: own.redis, onError: () => undefined });
  recent.add(APP, false, outcome(1, 'accepted'));
  await recent.close();
  expect(await readOutcomes(own.redis, APP, { limit: 9 })).toHaveLength(1);
});

test('outcomes that Redis refuses are reported', async () => {
  await using own = await startTestRedis();
  await own.redis.set(`outcomes:{${APP}}`, 'not a stream');
  const errors: string[] = [];
  const recent = new RecentOutcomes({ redis: own.redis, onError: ({ message }) => errors.push(message) });
  recent.add(APP, false, outcome(1, 'accepted'));
  await recent.close();
  expect(errors).toEqual([expect.stringContaining('WRONGTYPE')]);
});
