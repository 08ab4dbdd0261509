import { LANES, PROVIDER_KINDS } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { readOpenEvents } from './open-events.ts';
import { readRefusals } from './refusals.ts';

interface Gauge<Labels> {
  set(labels: Labels, value: number): void;
  reset(): void;
}

/** Where the state of the ledger is shown. */
export interface LedgerGauges {
  openEvents: Gauge<{ lane: string }>;
  openOldestSeconds: Gauge<{ lane: string }>;
  deliveriesHeld: Gauge<{ provider: string }>;
}

/** Updates the gauges of open events and held deliveries; they show nothing when Redis cannot be read. */
export async function readLedgerGauges(redis: Redis, shards: number, gauges: LedgerGauges, now: number): Promise<void> {
  try {
    const [open, refusals] = await Promise.all([readOpenEvents(redis, shards, now), readRefusals(redis, shards)]);
    for (const lane of LANES) {
      gauges.openEvents.set({ lane }, open[lane].count);
      gauges.openOldestSeconds.set({ lane }, open[lane].oldestMs / 1000);
    }
    for (const provider of PROVIDER_KINDS) {
      // Several credentials of one app share its count for that provider.
      const perApp = new Map(
        refusals.filter((one) => one.provider === provider).map((one) => [one.appId, one.waiting]),
      );
      gauges.deliveriesHeld.set(
        { provider },
        [...perApp.values()].reduce((sum, waiting) => sum + waiting, 0),
      );
    }
  } catch {
    for (const gauge of [gauges.openEvents, gauges.openOldestSeconds, gauges.deliveriesHeld]) gauge.reset();
  }
}
