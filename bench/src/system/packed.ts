import { setTimeout as delay } from 'node:timers/promises';
import type { Fanfare } from './fanfare.ts';

/** Resolves when fan-out has packed the records of all events that are done. */
export async function packed({ redis }: Fanfare): Promise<void> {
  while ((await redis.exists('{p0}:finished')) === 1) await delay(500);
}
