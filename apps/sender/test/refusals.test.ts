import type { Outcome } from '@fanfare/core';
import { handClock } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { Refusals } from '../src/refusals.ts';

const WEBHOOK = { appId: 'app123', provider: 'custom', name: 'https://hooks.example.com' } as const;
const FAILED: Outcome = { kind: 'retryable', reason: 'http_503' };
const START = 1_741_847_453_000;

test('an endpoint refuses after three consecutive failures, since the first, until it accepts a delivery', () => {
  const clock = handClock(START);
  const refusals = new Refusals(clock.now);
  for (let n = 0; n < 2; n++) refusals.record(WEBHOOK, FAILED);
  expect(refusals.current()).toEqual([]);
  clock.advance(1000);
  refusals.record(WEBHOOK, FAILED);
  expect(refusals.current()).toEqual([{ ...WEBHOOK, reason: 'http_503', since: START }]);
  refusals.record(WEBHOOK, { kind: 'withheld', reason: 'may_not_leave' });
  expect(refusals.current()).toHaveLength(1);
  refusals.record(WEBHOOK, { kind: 'accepted' });
  expect(refusals.current()).toEqual([]);
});

test('a rejected credential refuses immediately', () => {
  const refusals = new Refusals(handClock(START).now);
  refusals.record(
    { ...WEBHOOK, provider: 'fcm', name: 'fcm-1' },
    { kind: 'credential_failing', reason: 'invalid_grant' },
  );
  expect(refusals.current()).toMatchObject([{ name: 'fcm-1', reason: 'invalid_grant' }]);
});

test('a refusal lasts two minutes longer than the wait the endpoint requested', () => {
  const clock = handClock(START);
  const refusals = new Refusals(clock.now);
  const throttled: Outcome = { kind: 'throttled', retryAfterMs: 3_600_000, reason: 'http_503' };
  for (let n = 0; n < 3; n++) refusals.record(WEBHOOK, throttled);
  clock.advance(3_600_000 + 119_000);
  expect(refusals.current()).toHaveLength(1);
  clock.advance(1000);
  expect(refusals.current()).toEqual([]);
});
