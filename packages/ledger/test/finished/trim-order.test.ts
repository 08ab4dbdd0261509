import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { KEPT_KINDS, type KeptList, nextTrim } from '../../src/index.ts';

const NOW = 1_741_847_453_000;
const MINUTE = 60_000;
const STAY = 30_000;

/** A list of so many kilobytes whose first event is so many minutes old. */
const list = (appId: string, kind: KeptList['kind'], minutes: number, kilobytes = 10): KeptList => ({
  ...{ shard: 0, kind, appId, events: kilobytes, bytes: kilobytes * 1000 },
  oldest: NOW - minutes * MINUTE,
  finishedAt: NOW - minutes * MINUTE + 1000,
});

describe('what leaves first', () => {
  test('is large groups, then messages, then dead letters, then calls, whatever their age', () => {
    const all = [...KEPT_KINDS].reverse().map((kind, i) => list('a', kind, 90 - 10 * i));
    for (const kind of KEPT_KINDS) {
      expect(nextTrim(all, NOW, STAY)?.list.kind).toBe(kind);
      all.pop();
    }
    expect(nextTrim(all, NOW, STAY)).toBeUndefined();
  });

  test('is the oldest of a kind over all apps, and no more of it than is older than the next, to the minute', () => {
    const step = nextTrim([list('a', 'chat', 30), list('b', 'chat', 50), list('c', 'chat', 40)], NOW, STAY);
    expect(step?.list.appId).toBe('b');
    expect(step?.before).toBe(NOW - 39 * MINUTE);
  });

  test('is of apps that keep more than their share, even their messages before the large groups of others', () => {
    const small = [list('a', 'chat', 90, 10), list('b', 'bulk', 90, 10)];
    expect(nextTrim([...small, list('c', 'chat', 5, 100)], NOW, STAY)?.list.appId).toBe('c');
    expect(nextTrim([...small, list('c', 'chat', 5, 10)], NOW, STAY)?.list.appId).toBe('b');
  });

  test('is nothing that was done a moment ago: the next app, kind or age is trimmed instead, or none', () => {
    const held = { ...list('a', 'bulk', 90), finishedAt: NOW - STAY };
    expect(nextTrim([held, list('b', 'chat', 1)], NOW, STAY)?.list.kind).toBe('chat');
    expect(nextTrim([held], NOW, STAY)).toBeUndefined();
    expect(nextTrim([held], NOW + 1, STAY)?.finishedBefore).toBe(NOW + 1 - STAY);
  });

  test('is never a call of the last minutes', () => {
    expect(nextTrim([list('a', 'call', 4)], NOW, STAY)).toBeUndefined();
    expect(nextTrim([list('a', 'call', 6)], NOW, STAY)?.before).toBe(NOW - 5 * MINUTE);
    expect(nextTrim([list('a', 'call', 4, 100), list('b', 'chat', 1, 1)], NOW, STAY)?.list.appId).toBe('b');
  });
});

test('trimming always makes progress: the first event of the list is within the limit', () => {
  const arbitrary = fc.record({
    appId: fc.constantFrom('a', 'b', 'c'),
    kind: fc.constantFrom(...KEPT_KINDS),
    minutes: fc.integer({ min: 1, max: 10_000 }),
    kilobytes: fc.integer({ min: 1, max: 1000 }),
    finishedAgo: fc.integer({ min: 0, max: 3 * STAY }),
  });
  fc.assert(
    fc.property(fc.array(arbitrary), (lists) => {
      const kept = lists.map((one) => ({
        ...list(one.appId, one.kind, one.minutes, one.kilobytes),
        finishedAt: NOW - one.finishedAgo,
      }));
      const step = nextTrim(kept, NOW, STAY);
      const isRecent = (one: KeptList) =>
        one.finishedAt >= NOW - STAY || (one.kind === 'call' && one.oldest >= NOW - 5 * MINUTE);
      if (!step) return expect(kept.every(isRecent)).toBe(true);
      expect(step.list.oldest).toBeLessThan(step.before);
      expect(step.list.finishedAt).toBeLessThan(step.finishedBefore);
    }),
  );
});
