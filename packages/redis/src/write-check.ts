import type { Redis } from 'ioredis';
import { memorySentence } from './memory-stops.ts';
import type { MemoryWatch } from './memory-watch.ts';
import { keyPerPrimary } from './nodes.ts';

/** The result of a readiness check. */
interface Check {
  ok: boolean;
  detail?: string;
}

/**
 * Writes a short-lived key to each primary to check that Redis takes writes: a replica or a full server answers a ping
 * like any other.
 */
export async function checkWrite(redis: Redis): Promise<Check> {
  try {
    await Promise.all(keyPerPrimary(redis, 'ready').map((key) => redis.set(key, '1', 'PX', 10_000)));
    return { ok: true };
  } catch (error) {
    return { ok: false, detail: (error as Error).message };
  }
}

/** How full Redis is; not ok while something has stopped for that. Unknown without Redis, which is another problem. */
export async function checkMemory(memory: MemoryWatch): Promise<Check> {
  const state = await memory.state().catch(() => undefined);
  if (!state) return { ok: true, detail: 'unknown' };
  return { ok: state.stops.length === 0, detail: memorySentence(state.fullness, state.stops) };
}

/** The readiness of a process that needs only a writable Redis. */
export async function readyWhenWritable(redis: Redis): Promise<{ ready: boolean; checks: Record<string, Check> }> {
  const check = await checkWrite(redis);
  return { ready: check.ok, checks: { redis: check } };
}
