import { MEMORY_STOPS, type MemoryStop } from './memory-stops.ts';
import type { MemoryWatch } from './memory-watch.ts';

/** Where the memory of Redis is shown. */
export interface MemoryGauges {
  redisMemoryRatio: { set(value: number): void; reset(): void };
  memoryStopped: { set(labels: { what: MemoryStop }, value: number): void; reset(): void };
}

/** Updates the gauges of Redis' memory to what this process goes by; they show nothing when Redis cannot be read. */
export async function readMemoryGauges(
  memory: MemoryWatch,
  { redisMemoryRatio, memoryStopped }: MemoryGauges,
): Promise<void> {
  try {
    const { fullness, stops } = await memory.state();
    redisMemoryRatio.set(fullness);
    for (const what of MEMORY_STOPS) memoryStopped.set({ what }, Number(stops.includes(what)));
  } catch {
    redisMemoryRatio.reset();
    memoryStopped.reset();
  }
}
