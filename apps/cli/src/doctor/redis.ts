import { performance } from 'node:perf_hooks';
import { connectRedis } from '@fanfare/redis';
import { type Finding, ok, problem } from './finding.ts';

/** A write that takes longer holds up every request that waits for the disk. */
const SLOW_MS = 20;
const WRITES = 21;

/** Measures how long Redis takes to have a write on disk. */
export async function checkWrites(url: string, slowMs = SLOW_MS): Promise<Finding> {
  const remedy = 'REDIS_URL must be that of the apps, and its server must take writes: docs/redis.md';
  let trouble = '';
  const redis = await connectRedis(url, 'request', (error) => {
    trouble = error.message;
  }).catch((error: Error) => {
    trouble = error.message;
  });
  if (!redis) return problem(`Redis cannot be reached: ${trouble}.`, remedy);
  try {
    const times: number[] = [];
    for (let i = 0; i < WRITES; i++) {
      const start = performance.now();
      await redis.set('{doctor}', '1', 'PX', 10_000);
      times.push(performance.now() - start);
    }
    const median = times.sort((a, b) => a - b)[Math.floor(WRITES / 2)] as number;
    if (median <= slowMs) return ok(`Redis takes a write in ${median.toFixed(1)} ms.`);
    const slow = `Redis takes ${median.toFixed(0)} ms for a write.`;
    return problem(slow, 'Give it a disk that syncs faster (SSD, not shared), or a core of its own.');
  } catch (error) {
    return problem(`Redis takes no writes: ${(error as Error).message}.`, remedy);
  } finally {
    redis.disconnect();
  }
}
