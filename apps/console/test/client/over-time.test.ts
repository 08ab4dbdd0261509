import type { DeadLetterGroup } from '@fanfare/client';
import { expect, test } from '@jest/globals';
import { daysOf, failuresOf } from '../../src/client/pages/dead-letters/over-time.ts';

const HOUR = 3600;
/** Twenty past an hour, epoch seconds. */
const NOW = 500_000 * HOUR + 1200;

/** A group with this many letters, by how many hours before this one they were given up. */
function group(byHoursAgo: Record<number, number>): DeadLetterGroup {
  const byHour = Object.entries(byHoursAgo)
    .map(([ago, count]) => ({ at: (500_000 - Number(ago)) * HOUR, count }))
    .sort((a, b) => a.at - b.at);
  const first = (byHour[0]?.at ?? 0) + 60;
  return { provider: 'custom', reason: 'http_400', count: 0, first, last: first, byHour, sample: {} as never };
}

const failures = (of: DeadLetterGroup, days: number) => failuresOf(of, days, NOW * 1000) ?? [];

test('one day has a point for each of its hours, the last for the hour that has begun', () => {
  const values = failures(group({ 0: 3, 1: 2, 23: 1 }), 1);
  expect(values).toHaveLength(24);
  expect([values[23], values[22], values[0]]).toEqual([3, 2, 1]);
  expect(values.reduce((sum, value) => sum + value)).toBe(6);
});

test('a week has a point for every seven hours, and what is older has none', () => {
  const values = failures(group({ 0: 1, 6: 1, 7: 5, 167: 4, 168: 9 }), 7);
  expect([values[23], values[22], values[0]]).toEqual([2, 5, 4]);
  expect(values.reduce((sum, value) => sum + value)).toBe(11);
});

test('an ingest that does not count the hours gives no line', () => {
  const { byHour: _, ...older } = group({ 3: 2 });
  expect(failuresOf(older, 1, NOW * 1000)).toBeUndefined();
  expect(daysOf([older], NOW * 1000)).toBe(1);
});

test('all groups are shown over the same days: as many as the oldest letter needs', () => {
  const days = (...groups: DeadLetterGroup[]) => daysOf(groups, NOW * 1000);
  expect(days(group({ 0: 1 }))).toBe(1);
  expect(days(group({ 0: 1 }), group({ 23: 1 }))).toBe(1);
  expect(days(group({ 24: 1 }), group({ 2: 1 }))).toBe(2);
  expect(days(group({ 167: 1 }))).toBe(7);
  expect(days()).toBe(1);
});
