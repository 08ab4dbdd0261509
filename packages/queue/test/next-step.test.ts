import { LANES, type Lane, type Outcome, PROVIDER_KINDS, type ProviderKind } from '@fanfare/core';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
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
const quota: Outcome = { kind: 'throttled', retryAfterMs: 60_000, byDefault: true, reason: 'QUOTA_EXCEEDED' };
const failing: Outcome = { kind: 'credential_failing', reason: 'http_401' };
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

describe('a retryable outcome runs again after a jittered backoff and spends an attempt', () => {
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
  ])('until they are used up: in %s, %s has %i', (lane, provider, attempts) => {
    const after = (attemptsMade: number) => nextStep(busy, context({ lane, provider, attemptsMade })).do;
    expect(after(attempts - 2)).toBe('retry');
    expect(after(attempts - 1)).toBe('settle');
  });

  test.each<ProviderKind>(['custom', 'fcm', 'apns'])('in call, %s has no end of them', (provider) => {
    expect(nextStep(busy, context({ lane: 'call', provider, attemptsMade: 1000 }))).toEqual({
      do: 'retry',
      delayMs: 1000,
    });
  });

  test("with no attempts left, it is rejected with the provider's message", () => {
    const last = context({ attemptsMade: 7 });
    const rejected = { do: 'settle', state: 'rejected', reason: 'attempts_exhausted' };
    expect(nextStep(busy, last)).toEqual({ ...rejected, detail: 'http_503: try again' });
    expect(nextStep({ kind: 'retryable', reason: 'timeout' }, last)).toEqual({ ...rejected, detail: 'timeout' });
  });

  test('with no attempts left and too late, it is still rejected: the attempts take precedence', () => {
    expect(nextStep(busy, context({ attemptsMade: 7, deadlineAt: NOW }))).toMatchObject({
      reason: 'attempts_exhausted',
    });
  });
});

test('a refused credential is retried after a while, however often that happens', () => {
  const step = nextStep(failing, context());
  expect(step).toEqual({ do: 'wait', delayMs: 15_000 });
  expect(nextStep(failing, context({ attemptsMade: 100 }))).toEqual(step);
});

describe('a throttled outcome waits as long as requested', () => {
  test.each([1000, 59_000, HOUR - 2000])('%i ms', (ms) => {
    expect(nextStep(slowDown(ms), context())).toEqual({ do: 'wait', delayMs: ms });
  });

  test('however often that happens', () => {
    expect(nextStep(slowDown(1000), context({ attemptsMade: 100 }))).toEqual({ do: 'wait', delayMs: 1000 });
  });

  test('without a requested wait, the usual time, and for a call no longer than between its other attempts', () => {
    expect(nextStep(quota, context())).toEqual({ do: 'wait', delayMs: 60_000 });
    expect(nextStep(quota, context({ lane: 'call' }))).toEqual({ do: 'wait', delayMs: 2000 });
  });
});

describe('a wait that would reach the deadline is cut', () => {
  test.each<[string, Outcome]>([
    ['until the deadline', slowDown(HOUR)],
    ['until after the deadline', slowDown(2 * HOUR)],
    ['without end', slowDown(Number.POSITIVE_INFINITY)],
  ])('%s: there is one more attempt shortly before it', (_, outcome) => {
    const first = context({ deadlineAt: NOW + 30_000 });
    const step = nextStep(outcome, first);
    expect(step).toEqual({ do: 'wait', delayMs: 28_500 });
    const last = { ...first, now: NOW + 28_500 };
    for (const random of [0, 0.5, 0.99]) {
      expect(nextStep(outcome, { ...last, random })).toEqual({ do: 'settle', state: 'expired' });
    }
  });

  test('a retry as well', () => {
    expect(nextStep(busy, context({ deadlineAt: NOW + 400 }))).toEqual({ do: 'retry', delayMs: 200 });
    expect(nextStep(busy, context({ deadlineAt: NOW + 99 }))).toEqual({ do: 'settle', state: 'expired' });
  });
});

describe('whatever happens, and however often', () => {
  const anything = fc.record({
    outcome: fc.oneof(
      fc.constantFrom(busy, quota, failing, slowDown(0), slowDown(Number.POSITIVE_INFINITY)),
      fc.integer({ min: 0, max: 2 * HOUR }).map(slowDown),
    ),
    queue: fc.constantFrom(...everyQueue()),
    attemptsMade: fc.nat(20),
    left: fc.integer({ min: -HOUR, max: HOUR }),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  });

  test('a delivery is not expired as long as it can be tried before its deadline', () => {
    fc.assert(
      fc.property(anything, ({ outcome, queue: [lane, provider], attemptsMade, left, random }) => {
        fc.pre(left > 2000);
        const step = nextStep(outcome, context({ lane, provider, attemptsMade, deadlineAt: NOW + left, random }));
        expect(step).not.toMatchObject({ state: 'expired' });
      }),
    );
  });

  test('it never runs at or after its deadline, or later than the cap; only a retry spends an attempt', () => {
    fc.assert(
      fc.property(anything, ({ outcome, queue: [lane, provider], attemptsMade, left, random }) => {
        const step = nextStep(outcome, context({ lane, provider, attemptsMade, deadlineAt: NOW + left, random }));
        if (step.do === 'settle') return;
        expect(step.do).toBe(outcome.kind === 'retryable' ? 'retry' : 'wait');
        expect(step.delayMs).toBeGreaterThanOrEqual(0);
        expect(step.delayMs).toBeLessThan(left);
        if (step.do === 'wait') return;
        const { attempts, capMs } = retryPolicy(lane, provider);
        expect(step.delayMs).toBeLessThanOrEqual(capMs);
        expect(attemptsMade + 1).toBeLessThan(attempts);
      }),
    );
  });
});

function everyQueue(): [Lane, ProviderKind][] {
  return LANES.flatMap((lane) => PROVIDER_KINDS.map((provider): [Lane, ProviderKind] => [lane, provider]));
}
