import { LANES, type Lane, type Outcome, PROVIDER_KINDS, type ProviderKind } from '@fanfare/core';
import { describe, expect, test } from '@jest/globals';
import { retryPolicy } from '../src/backoff.ts';
import { nextStep, type StepContext } from '../src/index.ts';

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;

const context = (over: Partial<StepContext> = {}): StepContext => ({
  lane: 'chat',
  provider: 'custom',
  attemptsMade: 0,
  now: NOW,
  deadlineAt: NOW + HOUR,
  random: 0.5,
  ...over,
});

const busy: Outcome = { kind: 'retryable', reason: 'http_503', detail: 'try again' };
const slowDown = (retryAfterMs: number): Outcome => ({ kind: 'throttled', retryAfterMs, reason: 'http_429' });

describe('an outcome that ends a delivery settles it, whatever the lane, the attempts and the deadline', () => {
  const ends: [Outcome, object][] = [
    [{ kind: 'accepted' }, { do: 'settle', state: 'accepted' }],
    [
      { kind: 'token_dead', reason: 'UNREGISTERED' },
      { do: 'settle', state: 'token_dead' },
    ],
    [
      { kind: 'rejected', reason: 'http_400', detail: 'no such field' },
      { do: 'settle', state: 'rejected', reason: 'http_400', detail: 'no such field' },
    ],
  ];
  test.each(ends)('%j', (outcome, step) => {
    for (const [lane, provider] of everyQueue()) {
      for (const attemptsMade of [0, 1, 3, 7, 100]) {
        for (const deadlineAt of [NOW - 1, NOW + HOUR]) {
          expect(nextStep(outcome, context({ lane, provider, attemptsMade, deadlineAt }))).toEqual(step);
        }
      }
    }
  });
});

describe('a retryable outcome comes back after a jittered backoff and spends an attempt', () => {
  // Full jitter: with random at one half, half of the ceiling.
  test.each<[Lane, ProviderKind, number, number]>([
    ['chat', 'custom', 0, 500],
    ['chat', 'custom', 1, 1000],
    ['chat', 'apns', 0, 500],
    ['chat', 'custom', 6, 30_000],
    ['bulk', 'custom', 0, 500],
    ['chat', 'fcm', 0, 5000],
    ['chat', 'fcm', 1, 10_000],
    ['bulk', 'fcm', 3, 30_000],
    ['call', 'custom', 0, 125],
    ['call', 'fcm', 0, 125],
    ['call', 'apns', 2, 500],
  ])('%s, %s, after %i attempts: %i ms', (lane, provider, attemptsMade, delayMs) => {
    expect(nextStep(busy, context({ lane, provider, attemptsMade }))).toEqual({ do: 'retry', delayMs });
  });

  test.each<[Lane, ProviderKind, number]>([
    ['chat', 'custom', 8],
    ['chat', 'fcm', 8],
    ['bulk', 'apns', 8],
    ['call', 'custom', 4],
    ['call', 'fcm', 4],
  ])('until they are used up: in %s, %s has %i', (lane, provider, attempts) => {
    const after = (attemptsMade: number) => nextStep(busy, context({ lane, provider, attemptsMade })).do;
    expect(after(attempts - 2)).toBe('retry');
    expect(after(attempts - 1)).toBe('settle');
  });

  test("used up, it is rejected with the provider's words", () => {
    const last = context({ attemptsMade: 7 });
    const rejected = { do: 'settle', state: 'rejected', reason: 'attempts_exhausted' };
    expect(nextStep(busy, last)).toEqual({ ...rejected, detail: 'http_503: try again' });
    expect(nextStep({ kind: 'retryable', reason: 'timeout' }, last)).toEqual({ ...rejected, detail: 'timeout' });
  });

  test('used up and too late, it is still rejected: the attempts came first', () => {
    expect(nextStep(busy, context({ attemptsMade: 7, deadlineAt: NOW }))).toMatchObject({
      reason: 'attempts_exhausted',
    });
  });
});

test('a refused credential is asked again after a while, however often that happens, unless it is too late by then', () => {
  const failing: Outcome = { kind: 'credential_failing', reason: 'http_401' };
  const step = nextStep(failing, context());
  if (step.do !== 'wait') throw new Error(`it is to ${step.do}`);
  expect(step.delayMs).toBeGreaterThanOrEqual(1000);
  expect(nextStep(failing, context({ attemptsMade: 100 }))).toEqual(step);
  expect(nextStep(failing, context({ deadlineAt: NOW + step.delayMs }))).toEqual({ do: 'settle', state: 'expired' });
});

describe('a throttled outcome waits as long as it was told', () => {
  test.each([1000, 59_000, HOUR - 1])('%i ms', (ms) => {
    expect(nextStep(slowDown(ms), context())).toEqual({ do: 'wait', delayMs: ms });
  });

  test('however often that happens', () => {
    expect(nextStep(slowDown(1000), context({ attemptsMade: 100 }))).toEqual({ do: 'wait', delayMs: 1000 });
  });
});

test.each([
  ['a wait until the deadline', slowDown(HOUR)],
  ['a wait until after the deadline', slowDown(2 * HOUR)],
  ['a wait without end', slowDown(Number.POSITIVE_INFINITY)],
])('%s is not begun: the delivery is expired', (_, outcome) => {
  expect(nextStep(outcome, context())).toEqual({ do: 'settle', state: 'expired' });
});

test('a retry that would come after the deadline is not begun: the delivery is expired', () => {
  expect(nextStep(busy, context({ deadlineAt: NOW + 500 }))).toEqual({ do: 'settle', state: 'expired' });
  expect(nextStep(busy, context({ deadlineAt: NOW + 501 }))).toEqual({ do: 'retry', delayMs: 500 });
});

test('no job ever comes back at or after its deadline, or after more than the cap; only a retry spends an attempt', () => {
  let checked = 0;
  for (const [lane, provider] of everyQueue()) {
    const { attempts, capMs } = retryPolicy(lane, provider);
    for (let attemptsMade = 0; attemptsMade <= attempts; attemptsMade++) {
      for (const left of [-HOUR, -1, 0, 1, 2, 249, 250, 1000, 9999, 10_000, 60_000, 60_001, HOUR]) {
        for (const random of [0, 0.001, 0.25, 0.5, 0.75, 0.999_999]) {
          for (const outcome of [busy, slowDown(0), slowDown(1), slowDown(1000), slowDown(90_000)]) {
            const step = nextStep(outcome, context({ lane, provider, attemptsMade, deadlineAt: NOW + left, random }));
            checked++;
            if (step.do === 'settle') continue;
            expect(step.do).toBe(outcome.kind === 'throttled' ? 'wait' : 'retry');
            expect(step.delayMs).toBeGreaterThanOrEqual(0);
            expect(step.delayMs).toBeLessThan(left);
            if (step.do === 'retry') expect(step.delayMs).toBeLessThanOrEqual(capMs);
            if (step.do === 'retry') expect(attemptsMade + 1).toBeLessThan(attempts);
          }
        }
      }
    }
  }
  expect(checked).toBeGreaterThan(20_000);
});

function everyQueue(): [Lane, ProviderKind][] {
  return LANES.flatMap((lane) => PROVIDER_KINDS.map((provider): [Lane, ProviderKind] => [lane, provider]));
}
