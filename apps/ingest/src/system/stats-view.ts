import { LANES, type Lane, type ProviderKind, type SettledState } from '@fanfare/core';
import { LATENCY_BUCKETS_S, parseCounter, type StatsPoint } from '@fanfare/ledger';

/** By what settled deliveries can be told apart. */
export const STATS_DIMENSIONS = ['provider', 'lane', 'outcome'] as const;
export type StatsDimension = (typeof STATS_DIMENSIONS)[number];

/** Settled deliveries with these values in common. */
interface SettledCount {
  provider?: ProviderKind;
  lane?: Lane;
  outcome?: SettledState;
  count: number;
}

/** What was counted in a time. */
export interface StatsView {
  /** Events accepted, by lane. */
  events: Record<Lane, number>;
  settled: SettledCount[];
  /** Recipients not notified, by reason. */
  suppressed: Record<string, number>;
  /** Accepted deliveries by time since the receipt of their event: a count per bucket, for lanes that had any. */
  latency: Partial<Record<Lane, number[]>>;
}

/** What some steps counted, together. */
export function viewOf(points: readonly Pick<StatsPoint, 'counts'>[], by: readonly StatsDimension[]): StatsView {
  const view: StatsView = { events: { call: 0, chat: 0, bulk: 0 }, settled: [], suppressed: {}, latency: {} };
  const settled = new Map<string, SettledCount>();
  for (const { counts } of points) {
    for (const [name, n] of counts) {
      const counted = parseCounter(name);
      switch (counted?.kind) {
        case 'event':
          view.events[counted.lane] += n;
          break;
        case 'suppressed':
          view.suppressed[counted.reason] = (view.suppressed[counted.reason] ?? 0) + n;
          break;
        case 'latency':
          addLatency(view.latency, counted, n);
          break;
        case 'settled': {
          const values = { provider: counted.provider, lane: counted.lane, outcome: counted.state };
          const id = by.map((dimension) => values[dimension]).join('|');
          const shown = Object.fromEntries(by.map((dimension) => [dimension, values[dimension]]));
          settled.set(id, { ...shown, count: (settled.get(id)?.count ?? 0) + n });
          break;
        }
        case undefined:
      }
    }
  }
  view.settled = [...settled].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
  return view;
}

function addLatency(latency: StatsView['latency'], { lane, bucket }: { lane: Lane; bucket: number }, n: number): void {
  const counts = latency[lane] ?? Array.from({ length: LATENCY_BUCKETS_S.length + 1 }, () => 0);
  if (bucket < counts.length) counts[bucket] = (counts[bucket] as number) + n;
  latency[lane] = counts;
}

/** The time within which this share was accepted, seconds. */
export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
}

/** The percentiles of each lane that had any. */
export const percentilesOf = (latency: StatsView['latency']): Partial<Record<Lane, Percentiles>> =>
  Object.fromEntries(
    LANES.flatMap((lane) => {
      const counts = latency[lane];
      const at = (share: number) => quantile(counts as number[], share);
      return counts ? [[lane, { p50: at(0.5), p95: at(0.95), p99: at(0.99) }]] : [];
    }),
  );

/**
 * A quantile of bucketed values, evenly spread within each bucket, as Prometheus' `histogram_quantile` estimates it; at
 * most the last bound.
 */
export function quantile(counts: readonly number[], share: number): number {
  const rank = share * counts.reduce((sum, n) => sum + n, 0);
  let below = 0;
  for (const [i, n] of counts.entries()) {
    const upper = LATENCY_BUCKETS_S[i];
    if (upper === undefined) break;
    if (n > 0 && below + n >= rank) {
      const lower = LATENCY_BUCKETS_S[i - 1] ?? 0;
      return Math.round((lower + (upper - lower) * ((rank - below) / n)) * 1000) / 1000;
    }
    below += n;
  }
  return LATENCY_BUCKETS_S[LATENCY_BUCKETS_S.length - 1] as number;
}
