import type { Redis } from 'ioredis';
import { MEMORY_STOPS, type MemoryStop, stopsAt } from './memory-stops.ts';
import { readFullness } from './memory-watch.ts';

/** Where the memory of Redis is shown. */
export interface MemoryGauges {
  redisMemoryRatio: { set(value: number): void; reset(): void };
  memoryStopped: { set(labels: { what: MemoryStop }, value: number): void; reset(): void };
}

/** Updates the gauges of Redis' memory; they show nothing when Redis cannot be read. */
export async function readMemoryGauges(redis: Redis, { redisMemoryRatio, memoryStopped }: MemoryGauges): Promise<void> {
  try {
    const fullness = await readFullness(redis);
    const stops = stopsAt(fullness);
    redisMemoryRatio.set(fullness);
    for (const what of MEMORY_STOPS) memoryStopped.set({ what }, Number(stops.includes(what)));
  } catch {
    redisMemoryRatio.reset();
    memoryStopped.reset();
  }
}
