import { LANES, PROVIDER_KINDS } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { countDeadLetters } from '../deliveries/dead-letter-count.ts';
import { readHeld } from '../held/counts.ts';
import { openGatesOf } from './breakers.ts';
import { readOpenEvents } from './open-events.ts';
import { readReported, TOKENS_GUARDED } from './refusals.ts';

interface Gauge<Labels> {
  set(labels: Labels, value: number): void;
  reset(): void;
}

/** Where the state of the ledger is shown. */
export interface LedgerGauges {
  openEvents: Gauge<{ lane: string }>;
  openOldestSeconds: Gauge<{ lane: string }>;
  deliveriesHeld: Gauge<{ provider: string; lane: string }>;
  breakersOpen: Gauge<{ provider: string }>;
  tokenGuardTripped: Gauge<{ provider: string }>;
  deadLetters: { set(value: number): void; reset(): void };
}

/** Updates the gauges of what is open, held and given up; they show nothing when Redis cannot be read. */
export async function readLedgerGauges(redis: Redis, shards: number, gauges: LedgerGauges, now: number): Promise<void> {
  try {
    const [open, held, reported, letters] = await Promise.all([
      readOpenEvents(redis, shards, now),
      readHeldGates(redis, shards),
      readReported(redis),
      countDeadLetters(redis, shards),
    ]);
    for (const lane of LANES) {
      gauges.openEvents.set({ lane }, open[lane].count);
      gauges.openOldestSeconds.set({ lane }, open[lane].oldestMs / 1000);
    }
    for (const provider of PROVIDER_KINDS) {
      const ours = held.filter((gate) => gate.provider === provider);
      for (const lane of LANES) {
        const count = ours.reduce((sum, gate) => sum + (gate.lane === lane ? gate.count : 0), 0);
        gauges.deliveriesHeld.set({ provider, lane }, count);
      }
      // A gate is of one lane; what refuses is the endpoint or credential.
      const breakers = new Set(ours.flatMap(({ isOpen, appId, name }) => (isOpen ? `${appId}|${name}` : [])));
      gauges.breakersOpen.set({ provider }, breakers.size);
      const guarded = reported.filter((one) => one.provider === provider && one.reason === TOKENS_GUARDED);
      gauges.tokenGuardTripped.set({ provider }, guarded.length);
    }
    gauges.deadLetters.set(letters);
  } catch {
    for (const gauge of [gauges.openEvents, gauges.openOldestSeconds, gauges.deliveriesHeld]) gauge.reset();
    for (const gauge of [gauges.breakersOpen, gauges.tokenGuardTripped, gauges.deadLetters]) gauge.reset();
  }
}

async function readHeldGates(redis: Redis, shards: number) {
  const counts = await readHeld(redis, shards);
  const open = await openGatesOf(redis, shards, counts);
  return counts.map((count, i) => ({ ...count, isOpen: open[i] !== undefined }));
}
