import { LANES } from '@fanfare/core';
import { type QueueDepth, readPauses, sumDepths } from '@fanfare/queue';
import { checkMemory, checkWrite, describeReplication, readRedisSettings } from '@fanfare/redis';
import type { Readiness } from '@fanfare/runtime';
import type { IngestDeps } from '../deps.ts';

/** The queue counts as stuck once its oldest event has waited this long: no fan-out is processing it. */
const STUCK_AFTER_MS = 60_000;

/**
 * Ready means that Redis can be written, so events can be accepted and are kept. Other problems only set `degraded`,
 * for alerts: taking the API out of service because fan-out is stuck would lose events.
 */
export async function readiness(deps: IngestDeps): Promise<Readiness> {
  const [written, memory, registryMemory, settings, replicas, backlog, paused] = await Promise.all([
    checkWrite(deps.queueRedis),
    checkMemory(deps.memory),
    checkMemory(deps.registryMemory),
    readRedisSettings(deps.queueRedis).catch(() => undefined),
    describeReplication(deps.queueRedis, deps.config.REDIS_WAIT_REPLICAS),
    eventsWaiting(deps).catch(() => undefined),
    pausedLanes(deps).catch(() => undefined),
  ]);
  const policy = settings?.maxmemoryPolicy ?? 'unknown';
  const stuck = backlog !== undefined && backlog.oldestMs > STUCK_AFTER_MS;
  const checks: Readiness['checks'] = {
    redis: written,
    memory,
    ...(deps.registryMemory === deps.memory ? {} : { registryMemory }),
    durability: { ok: true, detail: settings?.durability ?? 'unknown' },
    replicas,
    eviction: { ok: policy === 'noeviction' || policy === 'unknown', detail: policy },
    queue: { ok: !stuck, detail: `${backlog?.waiting ?? '?'} waiting, the oldest for ${backlog?.oldestMs ?? '?'} ms` },
    lanes: {
      ok: paused !== undefined && paused.length === 0,
      detail: `paused: ${paused?.join(', ') || (paused ? 'none' : '?')}`,
    },
  };
  return { ready: written.ok, degraded: Object.values(checks).some((check) => !check.ok), checks };
}

/**
 * The events that wait for fan-out to take them. Those that are not admitted yet are not among them: they wait for
 * others of their app.
 */
async function eventsWaiting({ producer, shards, now }: IngestDeps): Promise<QueueDepth> {
  const lanes = LANES.map((lane) => producer.laneDepth('events', lane, shards.all, now()));
  return sumDepths(await Promise.all(lanes));
}

const pausedLanes = async ({ queueRedis, shards }: IngestDeps): Promise<string[]> =>
  Object.keys(await readPauses(queueRedis, shards.all));
