import { expect, test } from '@jest/globals';
import { handClock } from '../src/index.ts';

test('a manual clock stands still until it is moved', () => {
  const clock = handClock(1_000);
  const { now } = clock;
  expect([now(), now()]).toEqual([1_000, 1_000]);
  clock.advance(250);
  expect(now()).toBe(1_250);
  clock.advance(-50);
  expect(now()).toBe(1_200);
  clock.set(7);
  expect(now()).toBe(7);
});
