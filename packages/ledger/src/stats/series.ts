const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How finely statistics are kept, and how long. */
export interface Series {
  /** Part of its keys. */
  id: string;
  stepMs: number;
  keepMs: number;
  /** The time that one key covers: few keys, each small enough to be rewritten every few seconds. */
  blockMs: number;
}

/** Minutes for three hours, five minutes for two days, hours for thirty days. */
export const SERIES = {
  '1m': { id: 'm', stepMs: MINUTE, keepMs: 3 * HOUR, blockMs: HOUR },
  '5m': { id: 'f', stepMs: 5 * MINUTE, keepMs: 48 * HOUR, blockMs: 4 * HOUR },
  '1h': { id: 'h', stepMs: HOUR, keepMs: 30 * DAY, blockMs: 2 * DAY },
} as const satisfies Record<string, Series>;

/** The name of a series. */
export type StatsStep = keyof typeof SERIES;

export const STATS_STEPS = Object.keys(SERIES) as StatsStep[];

/** The length of a step, ms. */
export const STATS_STEP_MS: Record<StatsStep, number> = {
  '1m': SERIES['1m'].stepMs,
  '5m': SERIES['5m'].stepMs,
  '1h': SERIES['1h'].stepMs,
};

/** The finest series that still has what happened at a time. */
export const finestSince = (from: number, now: number): StatsStep =>
  STATS_STEPS.find((step) => now - from <= SERIES[step].keepMs) ?? '1h';
