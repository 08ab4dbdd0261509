import type { Archiver } from '@fanfare/archive';
import { checkMemory, checkWrite } from '@fanfare/redis';
import type { Readiness } from '@fanfare/runtime';
import type { FanoutDeps } from './deps.ts';

/**
 * Ready means that Redis can be written. While events wait because it is too full, or the archive cannot be written, it
 * is degraded.
 */
export async function readiness({ queueRedis, memory }: FanoutDeps, archiver?: Archiver): Promise<Readiness> {
  const [redis, room] = await Promise.all([checkWrite(queueRedis), checkMemory(memory)]);
  const checks: Readiness['checks'] = { redis, memory: room, ...(archiver ? { archive: archiver.check() } : {}) };
  return { ready: redis.ok, degraded: !room.ok || checks.archive?.ok === false, checks };
}
