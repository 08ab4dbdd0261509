import { describe, expect, test } from '@jest/globals';
import { memorySentence, stopsAt } from '../src/index.ts';

describe('what stops as Redis fills', () => {
  test.each([
    [0.6, []],
    [0.699, []],
    [0.7, ['events']],
    [0.75, ['events', 'bulk']],
    [0.8, ['events', 'bulk']],
    [0.85, ['events', 'bulk', 'chat']],
    [0.96, ['events', 'bulk', 'chat']],
    [1.02, ['events', 'bulk', 'chat', 'calls']],
  ])('at %d', (fullness, stops) => {
    expect(stopsAt(fullness)).toEqual(stops);
  });

  test('goes on once a little more is free than where it stopped', () => {
    expect(stopsAt(0.695, ['events'])).toEqual(['events']);
    expect(stopsAt(0.695)).toEqual([]);
    expect(stopsAt(0.689, ['events', 'bulk'])).toEqual([]);
  });

  test('is said in words', () => {
    expect(memorySentence(0.42, [])).toBe('Redis uses 42 % of its memory.');
    expect(memorySentence(0.764, ['events', 'bulk'])).toBe(
      'Redis uses 76 % of its memory: new events are refused, except calls; events for large groups wait.',
    );
  });
});
