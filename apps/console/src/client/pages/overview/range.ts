import type { StatsQuery } from '@fanfare/client';

const HOUR_MS = 3_600_000;

/** The times an overview can show, with the width of a bar: the finest that is kept for so long. */
export const RANGES = {
  '1h': { label: '1 h', ms: HOUR_MS, step: '1m', stepMs: 60_000 },
  '24h': { label: '24 h', ms: 24 * HOUR_MS, step: '5m', stepMs: 5 * 60_000 },
  '7d': { label: '7 d', ms: 7 * 24 * HOUR_MS, step: '1h', stepMs: HOUR_MS },
} as const satisfies Record<
  string,
  { label: string; ms: number; step: NonNullable<StatsQuery['step']>; stepMs: number }
>;
export type Range = keyof typeof RANGES;
export const RANGE_NAMES = Object.keys(RANGES) as [Range];

/** Every step of a range that ends now, by when it begins. Statistics have only those in which anything was counted. */
export function stepsOf(range: Range, to: number): number[] {
  const { ms, stepMs } = RANGES[range];
  const last = to - (to % stepMs);
  const steps = Math.round(ms / stepMs);
  return Array.from({ length: steps }, (_, i) => last - (steps - 1 - i) * stepMs);
}
