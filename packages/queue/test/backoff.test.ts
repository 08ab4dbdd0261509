import { LANES, PROVIDER_KINDS } from '@fanfare/core';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { backoffMs, retryPolicy } from '../src/backoff.ts';

const HOUR = 3_600_000;

describe('retry policy', () => {
  test.each([
    ['call', 'fcm', { baseMs: 250, capMs: 2000, attempts: Number.POSITIVE_INFINITY }],
    ['call', 'apns', { baseMs: 250, capMs: 2000, attempts: Number.POSITIVE_INFINITY }],
    ['call', 'custom', { baseMs: 250, capMs: 2000, attempts: Number.POSITIVE_INFINITY }],
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
  const longest = (failures: number) => backoffMs(retryPolicy('chat', 'custom'), { failures, random: 1, leftMs: HOUR });

  test('may double after every failure, up to the cap', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(longest)).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  });

  test('is uniform, starting at zero', () => {
    const policy = retryPolicy('call', 'apns');
    const waits = (leftMs: number) =>
      [0, 0.25, 0.5, 0.75].map((random) => backoffMs(policy, { failures: 1, random, leftMs }));
    expect(waits(HOUR)).toEqual([0, 62, 125, 187]);
    expect(waits(100)).toEqual([0, 25, 50, 75]);
  });

  test('is whole milliseconds, within the cap and before the deadline, for any number of failures', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const failed = fc.integer({ min: 1, max: 100_000 });
    const left = fc.integer({ min: 1, max: HOUR });
    const anyPolicy = fc.tuple(fc.constantFrom(...LANES), fc.constantFrom(...PROVIDER_KINDS));
    fc.assert(
      fc.property(anyPolicy, failed, random, left, ([lane, provider], failures, luck, leftMs) => {
        const policy = retryPolicy(lane, provider);
        const wait = backoffMs(policy, { failures, random: luck, leftMs });
        expect(Number.isInteger(wait)).toBe(true);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(policy.capMs);
        expect(wait).toBeLessThan(leftMs);
      }),
    );
  });
});
