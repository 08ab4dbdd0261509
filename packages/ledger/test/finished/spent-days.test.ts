import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DUPLICATE_WINDOW_MS, dayOf, KEPT_KINDS, type KeptKind, type KeptList, spentDays } from '../../src/index.ts';

const DAY = 24 * 3_600_000;
const NOON = 20_000 * DAY + DAY / 2;
const TODAY = dayOf(NOON);

const list = (appId: string, kind: KeptKind, oldest: number): KeptList => ({
  ...{ shard: 0, kind, appId, events: 1, bytes: 700 },
  oldest,
  finishedAt: oldest,
});

/** How many days ago those were that may leave, of the last five. */
const spent = (kept: KeptList[], now = NOON) =>
  spentDays(
    [5, 4, 3, 2, 1, 0].map((days) => ({ appId: 'a', day: dayOf(now) - days })),
    kept,
    now,
  ).map(({ day }) => dayOf(now) - day);

describe('buckets that may leave', () => {
  test('are those of days before yesterday from which the app keeps no message', () => {
    expect(spent([])).toEqual([5, 4, 3, 2]);
    expect(spent([list('a', 'chat', NOON - 3 * DAY)])).toEqual([5, 4]);
    expect(spent([list('a', 'chat', NOON), list('a', 'old', NOON - 4 * DAY)])).toEqual([5]);
    expect(spent([list('b', 'chat', NOON - 5 * DAY)])).toEqual([5, 4, 3, 2]);
  });

  test('do not wait for dead letters and calls, which leave last', () => {
    expect(spent([list('a', 'letters', NOON - 5 * DAY), list('a', 'call', NOON - 5 * DAY)])).toEqual([5, 4, 3, 2]);
  });

  test('stay for some minutes after midnight, for servers whose clock is behind', () => {
    expect(spent([], TODAY * DAY + 14 * 60_000)).toEqual([5, 4, 3]);
    expect(spent([], TODAY * DAY + 15 * 60_000)).toEqual([5, 4, 3, 2]);
  });
});

test('no claim that holds and no kept message is ever in a bucket that leaves', () => {
  const kept = fc.record({
    appId: fc.constantFrom('a', 'b'),
    kind: fc.constantFrom(...KEPT_KINDS),
    ago: fc.nat(9 * DAY),
  });
  const days = fc.array(fc.record({ appId: fc.constantFrom('a', 'b'), day: fc.integer({ min: -9, max: 1 }) }));
  fc.assert(
    fc.property(fc.nat(DAY), fc.array(kept), days, (sinceMidnight, lists, listed) => {
      const now = NOON + sinceMidnight;
      const all = lists.map(({ appId, kind, ago }) => list(appId, kind, now - ago));
      const candidates = listed.map(({ appId, day }) => ({ appId, day: TODAY + day }));
      for (const { appId, day } of spentDays(candidates, all, now)) {
        const end = (day + 1) * DAY;
        expect(end).toBeLessThanOrEqual(now - DUPLICATE_WINDOW_MS);
        for (const one of all) {
          if (one.appId === appId && !['letters', 'call'].includes(one.kind)) {
            expect(one.oldest).toBeGreaterThanOrEqual(end);
          }
        }
      }
    }),
  );
});
