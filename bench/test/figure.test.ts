import { describe, expect, test } from '@jest/globals';
import { type Figure, figureCells, hasReached } from '../src/report/figure.ts';
import { markdownTable } from '../src/report/table.ts';

const figure = (more: Partial<Figure>): Figure => ({ row: 'P1', what: 'µs', ours: 50, ...more });

describe('a figure', () => {
  test('shows ours, plain, their ratio and the target', () => {
    const target = { of: 'ratio', atMost: 0.5, later: 'then 0.33×' } as const;
    expect(figureCells(figure({ plain: 400, target }))).toEqual([
      'P1',
      'µs',
      '50',
      '400',
      '0.13',
      '≤ 0.5× (then 0.33×)',
      'yes',
    ]);
  });

  test('has no ratio without plain, and nothing to reach without a target', () => {
    expect(figureCells(figure({ ours: 12.345 }))).toEqual(['P1', 'µs', '12.3', '–', '–', '–', '–']);
  });

  test.each([
    [{ of: 'value', atMost: 50 } as const, true],
    [{ of: 'value', atMost: 49 } as const, false],
    [{ of: 'value', atLeast: 50 } as const, true],
    [{ of: 'ratio', atLeast: 3 } as const, false],
    [{ of: 'ratio', atLeast: 2, atMost: 2 } as const, true],
  ])('compares with %j', (target, reached) => {
    expect(hasReached(figure({ plain: 25, target }))).toBe(reached);
  });

  test('has not reached a ratio without plain, nor any target without a number', () => {
    expect(hasReached(figure({ target: { of: 'ratio', atMost: 1 } }))).toBe(false);
    expect(hasReached(figure({ ours: Number.NaN, target: { of: 'value', atMost: 1 } }))).toBe(false);
  });
});

test('a table lines up its columns', () => {
  expect(markdownTable(['a', 'long'], [['bcd', '1']])).toBe('| a   | long |\n|-----|------|\n| bcd | 1    |');
});
