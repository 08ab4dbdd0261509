import { describe, expect, test } from '@jest/globals';
import { median, percentile } from '../src/report/statistics.ts';

describe('statistics', () => {
  test('the median is the middle, or between the two in the middle', () => {
    expect(median([9])).toBe(9);
    expect(median([10, 1, 2])).toBe(2);
    expect(median([4, 1, 10, 2])).toBe(3);
  });

  test('a percentile is one of the values, by nearest rank', () => {
    const values = Array.from({ length: 200 }, (_, i) => 200 - i);
    expect(percentile(values, 0.5)).toBe(100);
    expect(percentile(values, 0.99)).toBe(198);
    expect(percentile(values, 1)).toBe(200);
    expect(percentile([7], 0.01)).toBe(7);
    expect(percentile([], 0.5)).toBeNaN();
  });
});
