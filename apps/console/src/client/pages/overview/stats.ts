import type { AppStats, StatsCounts } from '@fanfare/client';
import { useLive } from '../../api/live.tsx';
import { queries } from '../../api/queries.ts';
import { RANGES, type Range } from './range.ts';

type Settled = StatsCounts['settled'][number];

/** The app's statistics that all cards share. */
export function useStats(app: string, range: Range) {
  const { ms, step } = RANGES[range];
  return useLive(queries.stats(app, { lastMs: ms, step, by: ['provider', 'lane', 'outcome'] }));
}

/** How many settled deliveries match, e.g. `{ lane: 'call' }`. */
export const settledOf = (settled: readonly Settled[], match: Partial<Omit<Settled, 'count'>> = {}): number =>
  settled
    .filter((one) => Object.entries(match).every(([name, value]) => one[name as keyof Settled] === value))
    .reduce((sum, one) => sum + one.count, 0);

/** The share of settled deliveries that failed: rejected or expired. Null without any. */
export function failedShare(settled: readonly Settled[], match: Partial<Omit<Settled, 'count'>>): number | null {
  const all = settledOf(settled, match);
  const failed =
    settledOf(settled, { ...match, outcome: 'rejected' }) + settledOf(settled, { ...match, outcome: 'expired' });
  return all === 0 ? null : failed / all;
}

/** Deliveries settled per second in the last whole steps, of five minutes at most where minutes are shown. */
export function ratePerSecond({ points, to }: AppStats, range: Range, match: Partial<Omit<Settled, 'count'>>): number {
  const { stepMs } = RANGES[range];
  const end = to - (to % stepMs);
  const start = end - (range === '1h' ? 5 : 1) * stepMs;
  const inTime = points.filter(({ at }) => at >= start && at < end);
  return inTime.reduce((sum, { settled }) => sum + settledOf(settled, match), 0) / ((end - start) / 1000);
}
