import { expect, test } from '@jest/globals';
import { HeldLocks } from '../src/held-locks.ts';

test('a job that its own process takes again is no longer held by the one who had it before', async () => {
  const locks = new HeldLocks({ toKey: (id) => id, durationMs: 60_000, onLost: () => undefined });
  await locks.hold('job', 'first', async () => {
    expect(locks.isLive('job', 'first')).toBe(true);
    await locks.hold('job', 'second', async () => {
      expect(locks.isLive('job', 'first')).toBe(false);
      expect(locks.isLive('job', 'second')).toBe(true);
    });
    expect(locks.isLive('job', 'first')).toBe(false);
  });
});

test('a lost lock is reported once, and renewed no longer', () => {
  const lost: string[] = [];
  const locks = new HeldLocks({ toKey: (id) => id, durationMs: 60_000, onLost: (ids) => lost.push(...ids) });
  const lock = locks.begin('job', 'first', 0);
  locks.lose([lock]);
  locks.lose([lock]);
  expect(lost).toEqual(['job']);
  expect(locks.olderThan(Infinity)).toEqual([]);
});
