import { readRedisSettings } from '@fanfare/redis';
import type { Readiness } from '@fanfare/runtime';
import type { OverloadGuard } from '../accept/overload.ts';
import type { IngestDeps } from '../deps.ts';

/** Age of the oldest waiting event from which the queue counts as stuck: nobody is working it off. */
const STUCK_AFTER_MS = 60_000;

/** Whether events can be taken: Redis can be written to, evicts nothing, and somebody works the queue. */
export async function readiness(deps: IngestDeps, guard: OverloadGuard): Promise<Readiness> {
  const [written, settings, backlog] = await Promise.all([
    deps.queueRedis.set('ready', '1', 'PX', 10_000).then(
      () => undefined,
      (error: Error) => error.message,
    ),
    readRedisSettings(deps.queueRedis).catch(() => undefined),
    guard.backlog().catch(() => undefined),
  ]);
  const policy = settings?.maxmemoryPolicy ?? 'unknown';
  const stuck = backlog !== undefined && backlog.oldestMs > STUCK_AFTER_MS;
  const checks: Readiness['checks'] = {
    redis: written === undefined ? { ok: true } : { ok: false, detail: written },
    durability: { ok: true, detail: settings?.durability ?? 'unknown' },
    eviction: { ok: policy === 'noeviction' || policy === 'unknown', detail: policy },
    queue: { ok: !stuck, detail: `${backlog?.waiting ?? '?'} waiting, the oldest for ${backlog?.oldestMs ?? '?'} ms` },
  };
  return { ready: Object.values(checks).every((check) => check.ok), checks };
}
