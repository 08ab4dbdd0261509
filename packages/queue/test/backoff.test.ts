import { LANES, PROVIDER_KINDS } from '@fanfare/core';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { backoffMs, retryPolicy } from '../src/backoff.ts';

describe('retry policy', () => {
  test.each([
    ['call', 'fcm', { baseMs: 250, capMs: 2000, attempts: 4 }],
    ['call', 'apns', { baseMs: 250, capMs: 2000, attempts: 4 }],
    ['call', 'custom', { baseMs: 250, capMs: 2000, attempts: 4 }],
    ['chat', 'fcm', { baseMs: 10_000, capMs: 60_000, attempts: 8 }],
    ['chat', 'apns', { baseMs: 1000, capMs: 60_000, attempts: 8 }],
    ['chat', 'custom', { baseMs: 1000, capMs: 60_000, attempts: 8 }],
    ['bulk', 'fcm', { baseMs: 10_000, capMs: 60_000, attempts: 8 }],
    ['bulk', 'apns', { baseMs: 1000, capMs: 60_000, attempts: 8 }],
    ['bulk', 'custom', { baseMs: 1000, capMs: 60_000, attempts: 8 }],
  ] as const)('in the %s lane to %s is %j', (lane, provider, policy) => {
    expect(retryPolicy(lane, provider)).toEqual(policy);
  });
});

describe('the wait before the next attempt', () => {
  const longest = (failures: number) => backoffMs(retryPolicy('chat', 'custom'), failures, 1);

  test('may be twice as long after every failure, up to the cap', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(longest)).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  });

  test('is spread evenly, from nothing on', () => {
    const policy = retryPolicy('call', 'apns');
    expect([0, 0.25, 0.5, 0.75].map((random) => backoffMs(policy, 1, random))).toEqual([0, 63, 125, 188]);
  });

  test('is whole milliseconds between 0 and the cap, whatever the luck and however many failures', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const anyPolicy = fc.tuple(fc.constantFrom(...LANES), fc.constantFrom(...PROVIDER_KINDS));
    fc.assert(
      fc.property(anyPolicy, fc.integer({ min: 1, max: 100_000 }), random, ([lane, provider], failures, luck) => {
        const policy = retryPolicy(lane, provider);
        const wait = backoffMs(policy, failures, luck);
        expect(Number.isInteger(wait)).toBe(true);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(policy.capMs);
      }),
    );
  });
});
