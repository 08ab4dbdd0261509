import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { NodeProcess } from './node-process.ts';

/** Keys per step of a scan. */
const SCAN_COUNT = 1000;
const SAMPLE_MS = 200;

/** What Redis uses now, bytes. */
export const usedMemory = async (redis: Redis): Promise<number> =>
  Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);

/** Bytes by MEMORY USAGE of all keys that match, each counted whole. */
export async function memoryOf(redis: Redis, matches: (key: string) => boolean): Promise<number> {
  let bytes = 0;
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'COUNT', SCAN_COUNT);
    const sizes = await Promise.all(keys.filter(matches).map((key) => redis.memory('USAGE', key, 'SAMPLES', 0)));
    bytes += sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
    cursor = next;
  } while (cursor !== '0');
  return bytes;
}

/**
 * The result of `work`, and the most memory used while it ran, bytes: Redis (`used_memory`), and each process
 * (resident).
 */
export async function withPeakMemory<T>(
  redis: Redis,
  processes: ReadonlyMap<string, NodeProcess>,
  work: () => Promise<T>,
): Promise<{ result: T; peaks: Record<string, number> }> {
  const peaks: Record<string, number> = {};
  const reach = (name: string, bytes: number) => {
    peaks[name] = Math.max(peaks[name] ?? 0, bytes);
  };
  const sample = async () => {
    reach('redis', await usedMemory(redis));
    for (const [name, { pid }] of processes) reach(name, residentMemory(pid));
  };
  let isOver = false;
  const working = work().finally(() => {
    isOver = true;
  });
  while (!isOver) await Promise.all([sample(), Promise.race([working, delay(SAMPLE_MS)])]);
  return { result: await working, peaks };
}

/** Source: proc(5), `VmRSS`. */
function residentMemory(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}
