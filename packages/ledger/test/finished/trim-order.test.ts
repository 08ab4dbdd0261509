import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { KEPT_KINDS, type KeptList, nextTrim } from '../../src/index.ts';

const NOW = 1_741_847_453_000;
const MINUTE = 60_000;

/** A list of so many kilobytes whose first event is so many minutes old. */
const list = (appId: string, kind: KeptList['kind'], minutes: number, kilobytes = 10): KeptList => ({
  ...{ shard: 0, kind, appId, events: kilobytes, bytes: kilobytes * 1000 },
  oldest: NOW - minutes * MINUTE,
});

describe('what leaves first', () => {
  test('is large groups, then messages, then dead letters, then calls, whatever their age', () => {
    const all = [...KEPT_KINDS].reverse().map((kind, i) => list('a', kind, 90 - 10 * i));
    for (const kind of KEPT_KINDS) {
      expect(nextTrim(all, NOW)?.list.kind).toBe(kind);
      all.pop();
    }
    expect(nextTrim(all, NOW)).toBeUndefined();
  });

  test('is the oldest of a kind over all apps, and no more of it than is older than the next, to the minute', () => {
    const step = nextTrim([list('a', 'chat', 30), list('b', 'chat', 50), list('c', 'chat', 40)], NOW);
    expect(step?.list.appId).toBe('b');
    expect(step?.before).toBe(NOW - 39 * MINUTE);
  });

  test('is of apps that keep more than their share, even their messages before the large groups of others', () => {
    const small = [list('a', 'chat', 90, 10), list('b', 'bulk', 90, 10)];
    expect(nextTrim([...small, list('c', 'chat', 5, 100)], NOW)?.list.appId).toBe('c');
    expect(nextTrim([...small, list('c', 'chat', 5, 10)], NOW)?.list.appId).toBe('b');
  });

  test('is never a call of the last minutes', () => {
    expect(nextTrim([list('a', 'call', 4)], NOW)).toBeUndefined();
    expect(nextTrim([list('a', 'call', 6)], NOW)?.before).toBe(NOW - 5 * MINUTE);
    expect(nextTrim([list('a', 'call', 4, 100), list('b', 'chat', 1, 1)], NOW)?.list.appId).toBe('b');
  });
});

test('trimming always makes progress: the first event of the list is within the limit', () => {
  const arbitrary = fc.record({
    appId: fc.constantFrom('a', 'b', 'c'),
    kind: fc.constantFrom(...KEPT_KINDS),
    minutes: fc.integer({ min: 1, max: 10_000 }),
    kilobytes: fc.integer({ min: 1, max: 1000 }),
  });
  fc.assert(
    fc.property(fc.array(arbitrary), (lists) => {
      const kept = lists.map((one) => list(one.appId, one.kind, one.minutes, one.kilobytes));
      const step = nextTrim(kept, NOW);
      if (step) expect(step.list.oldest).toBeLessThan(step.before);
      else expect(kept.every(({ kind, oldest }) => kind === 'call' && oldest >= NOW - 5 * MINUTE)).toBe(true);
    }),
  );
});
