import { handClock } from '@fanfare/testkit';
import { beforeEach, expect, test } from '@jest/globals';
import { FailureLimit } from '../../src/http/failure-limit.ts';

const clock = handClock(0);
beforeEach(() => clock.set(1_000_000));

const failing = (limit: FailureLimit, address: string, times: number) => {
  for (let i = 0; i < times; i++) limit.fail(address);
};

test('an address waits for the rest of the minute once it has failed too often, and others do not', () => {
  const limit = new FailureLimit(3, clock.now);
  failing(limit, '10.0.0.1', 2);
  expect(limit.retryAfterS('10.0.0.1')).toBe(0);
  clock.advance(20_000);
  failing(limit, '10.0.0.1', 1);
  expect([limit.retryAfterS('10.0.0.1'), limit.retryAfterS('10.0.0.2')]).toEqual([40, 0]);
  clock.advance(39_999);
  expect(limit.retryAfterS('10.0.0.1')).toBe(1);
  clock.advance(1);
  expect(limit.retryAfterS('10.0.0.1')).toBe(0);
});

test('a new minute counts from the start', () => {
  const limit = new FailureLimit(2, clock.now);
  failing(limit, '10.0.0.1', 2);
  clock.advance(60_000);
  failing(limit, '10.0.0.1', 1);
  expect(limit.retryAfterS('10.0.0.1')).toBe(0);
});

test('with 0 there is no limit', () => {
  const limit = new FailureLimit(0, clock.now);
  failing(limit, '10.0.0.1', 1000);
  expect(limit.retryAfterS('10.0.0.1')).toBe(0);
});

test('a flood of addresses pushes out the oldest, not the newest', () => {
  const limit = new FailureLimit(1, clock.now);
  for (let i = 0; i <= 10_000; i++) limit.fail(`address-${i}`);
  expect([limit.retryAfterS('address-0'), limit.retryAfterS('address-1'), limit.retryAfterS('address-10000')]).toEqual([
    0, 60, 60,
  ]);
});
