import { expect, test } from '@jest/globals';
import { Leases } from '../src/leases.ts';

test('a job that its own process takes again is no longer held by the one who had it before', async () => {
  const leases = new Leases({ toKey: (id) => id, durationMs: 60_000, onLost: () => undefined });
  await leases.hold('job', 'first', async () => {
    expect(leases.isLive('job', 'first')).toBe(true);
    await leases.hold('job', 'second', async () => {
      expect(leases.isLive('job', 'first')).toBe(false);
      expect(leases.isLive('job', 'second')).toBe(true);
    });
    expect(leases.isLive('job', 'first')).toBe(false);
  });
});

test('a lost lock is reported once, and renewed no longer', () => {
  const lost: string[] = [];
  const leases = new Leases({ toKey: (id) => id, durationMs: 60_000, onLost: (ids) => lost.push(...ids) });
  const lease = leases.begin('job', 'first', 0);
  leases.lose([lease]);
  leases.lose([lease]);
  expect(lost).toEqual(['job']);
  expect(leases.olderThan(Infinity)).toEqual([]);
});
