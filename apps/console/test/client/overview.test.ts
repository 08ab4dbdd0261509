import { expect, test } from '@jest/globals';
import { percent } from '../../src/client/format/number.ts';
import { percentile } from '../../src/client/format/percentile.ts';
import { momentsOf } from '../../src/client/pages/event/moments.ts';
import { stepsOf } from '../../src/client/pages/overview/range.ts';

test('an hour has sixty steps, the last with now', () => {
  const now = 1_700_000_030_000;
  const steps = stepsOf('1h', now);
  expect(steps).toHaveLength(60);
  expect(now - (steps.at(-1) as number)).toBeLessThan(60_000);
});

test('a percentile lies within its bucket; without counts there is none', () => {
  const bounds = [0.1, 0.5, 1];
  expect(percentile([0, 10, 0, 0], bounds, 0.5)).toBeCloseTo(0.3);
  expect(percentile([0, 0, 0, 4], bounds, 0.99)).toBe(1);
  expect(percentile([0, 0, 0, 0], bounds, 0.5)).toBeNull();
  expect(percentile(undefined, bounds, 0.5)).toBeNull();
});

test('a share is never rounded up to all, or down to none', () => {
  expect([1, 0.9999, 0.5, 0.0001, 0].map(percent)).toEqual(['100 %', '> 99.9 %', '50 %', '< 0.1 %', '0 %']);
});

test('the moments of an event are in order, its deadline ahead until it has passed', () => {
  const event = { id: 'e', receivedAt: 1000, finishedAt: 2000, leaveBy: 5000 };
  const attempts = [1500, 1900].map((at) => ({ at, eventId: 'e', outcome: 'accepted' }));
  const moments = momentsOf(event, attempts, 3000).map(({ label, state }) => `${label} ${state}`);
  expect(moments).toEqual([
    'Received past',
    'First accepted past',
    'Last accepted past',
    'Done past',
    'Deadline ahead',
  ]);
});
