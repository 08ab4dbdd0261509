import { checkMemory, checkWrite } from '@fanfare/redis';
import type { Readiness } from '@fanfare/runtime';
import type { FanoutDeps } from './deps.ts';

/** Ready means that Redis can be written. While events wait because it is too full, it is degraded. */
export async function readiness({ queueRedis, memory }: FanoutDeps): Promise<Readiness> {
  const [redis, room] = await Promise.all([checkWrite(queueRedis), checkMemory(memory)]);
  return { ready: redis.ok, degraded: !room.ok, checks: { redis, memory: room } };
}
