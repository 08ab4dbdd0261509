import { startTestRedis, type TestRedis } from '@fanfare/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import {
  closeGate,
  dropDeadLetter,
  type FoundDeadLetter,
  type Gate,
  hold,
  listDeadLetters,
  openGate,
  publishRefusals,
  readLedgerGauges,
  TOKENS_GUARDED,
} from '../../src/index.ts';
import { APP, becomes, HOUR, NOW, planned, settleAll, users } from '../support/events.ts';
import { DOWN, GATE } from '../support/gates.ts';

let own: TestRedis;
beforeAll(async () => {
  own = await startTestRedis();
});
afterAll(() => own[Symbol.asyncDispose]());
beforeEach(() => own.redis.flushall());

/** What the gauges show, e.g. `held custom chat`, without zeros. */
async function shown(now = NOW): Promise<Record<string, number>> {
  const all: Record<string, number> = {};
  const gauge = (name: string) => ({
    set: (labels: object, value: number) => {
      if (value !== 0) all[[name, ...Object.values(labels)].join(' ')] = value;
    },
    reset: () => {
      throw new Error(`${name} could not be read`);
    },
  });
  const gauges = {
    openEvents: gauge('open'),
    openOldestSeconds: gauge('oldest'),
    deliveriesHeld: gauge('held'),
    breakersOpen: gauge('breakers'),
    tokenGuardTripped: gauge('guard'),
    deadLetters: { set: (value: number) => gauge('letters').set({}, value), reset: gauge('letters').reset },
  };
  await readLedgerGauges(own.redis, 1, gauges, now);
  return all;
}

test('784 held deliveries are shown though no job waits, with the breaker and the age of their event', async () => {
  const ref = await planned(own.redis, users(784));
  const gates = [GATE, { ...GATE, lane: 'bulk' as const }];
  for (const gate of gates) await openGate(own.redis, 0, gate, DOWN);
  const all = Array.from({ length: 784 }, (_, i) => i);
  const held = { deadlineAt: NOW + HOUR, job: { e: ref.key }, ref };
  const how = { now: NOW, reason: 'open' as const };
  await hold(own.redis, 0, gates[0] as Gate, [{ ...held, ordinals: all.slice(1) }], how);
  await hold(own.redis, 0, gates[1] as Gate, [{ ...held, ordinals: all.slice(0, 1) }], how);
  const open = { 'open chat': 1, 'oldest chat': 90 };
  const waiting = { 'held custom chat': 783, 'held custom bulk': 1 };
  expect(await shown(NOW + 90_000)).toEqual({ ...open, ...waiting, 'breakers custom': 1 });
  for (const gate of gates) await closeGate(own.redis, 0, gate, NOW);
  expect(await shown(NOW + 90_000)).toEqual({ ...open, ...waiting });
});

test('dead letters are counted over all apps until they are dismissed', async () => {
  const ref = await planned(own.redis, users(3));
  await settleAll(own.redis, ref, [becomes(0, 'rejected'), becomes(1, 'rejected'), becomes(2, 'accepted')]);
  expect(await shown()).toEqual({ letters: 2 });
  for (const letter of (await listDeadLetters(own.redis, APP, 1, { limit: 10 })).letters) {
    await dropDeadLetter(own.redis, APP, letter as FoundDeadLetter);
  }
  expect(await shown()).toEqual({});
});

test('a guard that two senders report is one credential', async () => {
  const guard = { appId: APP, provider: 'fcm', name: 'fcm-1', reason: TOKENS_GUARDED, since: NOW } as const;
  const refusal = { ...guard, name: 'fcm-2', reason: 'http_401' };
  await publishRefusals(own.redis, 'one', [guard, refusal], NOW);
  await publishRefusals(own.redis, 'two', [guard], NOW);
  expect(await shown()).toEqual({ 'guard fcm': 1 });
});
