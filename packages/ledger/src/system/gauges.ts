import { LANES, PROVIDER_KINDS } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { heldByProvider, readHeld } from '../held/counts.ts';
import { loadField } from '../keys.ts';
import { readOpenEvents } from './open-events.ts';
import { readRefusals, TOKENS_GUARDED } from './refusals.ts';

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
    const [open, refusals, held] = await Promise.all([
      readOpenEvents(redis, shards, now),
      readRefusals(redis, shards),
      readHeld(redis, shards),
    ]);
    for (const lane of LANES) {
      gauges.openEvents.set({ lane }, open[lane].count);
      gauges.openOldestSeconds.set({ lane }, open[lane].oldestMs / 1000);
    }
    // Where a provider refuses, what is still in the queues waits as well.
    const waiting = heldByProvider(held);
    for (const { appId, provider, reason, waiting: all } of refusals) {
      if (reason !== TOKENS_GUARDED) waiting.set(loadField(appId, provider), all);
    }
    for (const provider of PROVIDER_KINDS) {
      const counts = [...waiting].filter(([field]) => field.endsWith(`|${provider}`));
      gauges.deliveriesHeld.set(
        { provider },
        counts.reduce((sum, [, count]) => sum + count, 0),
      );
    }
  } catch {
    for (const gauge of [gauges.openEvents, gauges.openOldestSeconds, gauges.deliveriesHeld]) gauge.reset();
  }
}
