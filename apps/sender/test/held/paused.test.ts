import { expect, test } from '@jest/globals';
import type { Seen } from '../../src/held/endpoint.ts';
import { Paused } from '../../src/held/paused.ts';

const seenUntil = (openUntil: number): Seen => ({
  open: { openUntil, since: 0, reason: 'http_503' },
  at: 0,
  held: 1,
  nextTrialAt: 0,
  isReleasing: false,
});

test('a trial is due of a shard and provider from the end of a pause, for a few seconds', () => {
  const paused = new Paused();
  paused.note(1, 'custom', seenUntil(100));
  expect(paused.isTrialDue(1, 'custom', 99)).toBe(false);
  expect(paused.isTrialDue(1, 'custom', 100)).toBe(true);
  expect(paused.isTrialDue(0, 'custom', 100)).toBe(false);
  expect(paused.isTrialDue(1, 'fcm', 100)).toBe(false);
  expect(paused.isTrialDue(1, 'custom', 60_000)).toBe(false);
});

test('a gate that is closed, or whose pause ended long ago, is forgotten though others are due', () => {
  const paused = new Paused();
  const [fresh, stale] = [seenUntil(60_000), seenUntil(0)];
  paused.note(0, 'custom', fresh);
  paused.note(0, 'custom', stale);
  expect(paused.isTrialDue(0, 'custom', 60_000)).toBe(true);
  fresh.open = undefined;
  paused.note(0, 'custom', fresh);
  // The clock is set back: what was forgotten stays so.
  expect(paused.isTrialDue(0, 'custom', 1)).toBe(false);
});
