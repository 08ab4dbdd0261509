import { setTimeout as delay } from 'node:timers/promises';
import type { Fanfare } from './fanfare.ts';
import { difference, type Usage, usedDuring } from './usage.ts';

/** Resolves when fan-out has packed the records of all events that are done, ten seconds after the last of them. */
export async function packed({ redis }: Fanfare): Promise<void> {
  while ((await redis.exists('{p0}:finished')) === 1) await delay(500);
}

/** What packing uses, without what the processes use in the same time with nothing to do. */
export async function usedByPacking(fanfare: Fanfare): Promise<Usage> {
  const startedAt = performance.now();
  const packing = await usedDuring(fanfare, () => packed(fanfare));
  const packedMs = performance.now() - startedAt;
  return difference(packing, await usedDuring(fanfare, () => delay(packedMs)));
}
