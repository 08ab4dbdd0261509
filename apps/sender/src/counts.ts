import { LANES, type Lane, PROVIDER_KINDS, type ProviderKind, type SettledState } from '@fanfare/core';
import type { Metrics, MetricsSnapshot } from '@fanfare/runtime';
import type { SenderDeps } from './deps.ts';

const SETTLED: readonly SettledState[] = ['accepted', 'token_dead', 'rejected', 'expired', 'superseded'];

/**
 * Shows counters that are still 0: Prometheus takes the first value that it sees for no increase, and has no rate of a
 * counter that is not there.
 */
export function showFromStart(metrics: Metrics, providers: readonly ProviderKind[], lanes: readonly Lane[]): void {
  for (const provider of providers) {
    metrics.goaways.inc({ provider }, 0);
    metrics.http2Sessions.set({ provider }, 0);
    metrics.tokensQuarantined.inc({ provider }, 0);
    for (const lane of lanes) {
      metrics.eventToAcceptedSeconds.zero({ provider, lane });
      for (const state of SETTLED) metrics.deliveriesSettled.inc({ provider, lane, state }, 0);
    }
  }
}

/** Counted at a scrape, since a send is short. */
export function countInFlight({ metrics, gates, refusals }: SenderDeps): void {
  const refusing = refusals.current();
  for (const provider of PROVIDER_KINDS) {
    metrics.refusing.set({ provider }, refusing.filter((one) => one.provider === provider).length);
    for (const lane of LANES) metrics.inflight.set({ provider, lane }, gates.lane({ provider, lane }).places.inUse);
  }
}

/** The sends of these lanes that wait for an answer. */
export const placesInUse = ({ gates }: Pick<SenderDeps, 'gates'>): number =>
  PROVIDER_KINDS.flatMap((provider) => LANES.map((lane) => gates.lane({ provider, lane }).places.inUse)).reduce(
    (sum, inUse) => sum + inUse,
    0,
  );

/** The same of a thread, as its metrics count them. */
export const inFlightIn = (snapshot: MetricsSnapshot): number =>
  snapshot
    .filter(({ name }) => name === 'fanfare_inflight')
    .flatMap(({ values }) => values)
    .reduce((sum, { value }) => sum + value, 0);
