import { checkWrite, readRedisSettings } from '@fanfare/redis';
import type { Readiness } from '@fanfare/runtime';
import type { OverloadGuard } from '../accept/overload.ts';
import type { IngestDeps } from '../deps.ts';

/** Age of the oldest waiting event from which the queue counts as stuck: no fan-out is working it off. */
const STUCK_AFTER_MS = 60_000;

/**
 * Ready means that Redis can be written: then events can be taken, and they are kept. All else is `degraded`, for an
 * alert: taking the API out of service because fan-out stands still would lose the events as well.
 */
export async function readiness(deps: IngestDeps, guard: OverloadGuard): Promise<Readiness> {
  const [written, settings, backlog] = await Promise.all([
    checkWrite(deps.queueRedis),
    readRedisSettings(deps.queueRedis).catch(() => undefined),
    guard.backlog().catch(() => undefined),
  ]);
  const policy = settings?.maxmemoryPolicy ?? 'unknown';
  const stuck = backlog !== undefined && backlog.oldestMs > STUCK_AFTER_MS;
  const checks: Readiness['checks'] = {
    redis: written,
    durability: { ok: true, detail: settings?.durability ?? 'unknown' },
    eviction: { ok: policy === 'noeviction' || policy === 'unknown', detail: policy },
    queue: { ok: !stuck, detail: `${backlog?.waiting ?? '?'} waiting, the oldest for ${backlog?.oldestMs ?? '?'} ms` },
  };
  return { ready: written.ok, degraded: Object.values(checks).some((check) => !check.ok), checks };
}
