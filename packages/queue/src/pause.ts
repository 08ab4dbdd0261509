import { LANES, type Lane } from '@fanfare/core';
import { commandEach, script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { QUEUE_KINDS } from './all-queues.ts';
import { type QueueKind, queueKeys } from './names.ts';

/** Since when each paused lane is, epoch ms; lanes that run are absent. */
export type Pauses = Partial<Record<Lane, number>>;

/** A lane on shards 0 to `shards` - 1. */
interface LaneOnShards {
  lane: Lane;
  shards: number;
}

/** BullMQ's field: its scripts and ours take no job while it exists, so its value can be the time. */
const FIELD = 'paused';

const RESUME = script<number>(`
-- KEYS settings of the queue, marker
-- returns 1 if it was paused, else 0
if redis.call('HDEL', KEYS[1], '${FIELD}') == 0 then return 0 end
-- What workers without work wait for.
redis.call('ZADD', KEYS[2], 0, '0')
return 1
`);

/**
 * Lets no worker take a job of the lane, of events or deliveries, until it is resumed. Jobs in hand are finished.
 * Does nothing to queues that are paused already. Shards that are added later are not paused.
 */
export async function pauseLane(redis: Redis, of: LaneOnShards, now: number): Promise<void> {
  await commandEach(redis, queuesOf(of), (commands, queue) => commands.hsetnx(`${queue}meta`, FIELD, Math.round(now)));
}

/** Lets the lane go on. Does nothing to queues that are not paused. */
export async function resumeLane(redis: Redis, of: LaneOnShards): Promise<void> {
  await Promise.all(queuesOf(of).map((queue) => RESUME(redis, [`${queue}meta`, `${queue}marker`], [])));
}

const READ = script<(string | null)[]>(`
-- KEYS settings of queues
-- returns since when each is paused, or nothing
local since = {}
for i, key in ipairs(KEYS) do since[i] = redis.call('HGET', key, '${FIELD}') end
return since
`);

/** The lanes of which any queue is paused: a pause or resume that failed half-way shows, and can be repeated. */
export async function readPauses(redis: Redis, shards: number): Promise<Pauses> {
  const queues = LANES.flatMap((lane) => QUEUE_KINDS.map((kind) => ({ lane, kind })));
  const calls = Array.from({ length: shards }, (_, shard) => ({
    keys: queues.map(({ lane, kind }) => `${queueKeys(kind, lane, shard)}meta`),
    args: [],
  }));
  const pauses: Pauses = {};
  for (const values of await READ.together(redis, calls)) {
    for (const [i, { lane }] of queues.entries()) {
      const since = values[i];
      if (since != null) pauses[lane] = Math.min(Number(since), pauses[lane] ?? Number.POSITIVE_INFINITY);
    }
  }
  return pauses;
}

/** Those of some lanes in which no job of this kind is taken from a shard. */
export async function pausedOf(
  redis: Redis,
  { kind, shard }: { kind: QueueKind; shard: number },
  lanes: Iterable<Lane>,
): Promise<Set<Lane>> {
  const all = [...new Set(lanes)];
  const arePaused = await commandEach(redis, all, (commands, lane) =>
    commands.hexists(`${queueKeys(kind, lane, shard)}meta`, FIELD),
  );
  return new Set(all.filter((_, i) => arePaused[i] === 1));
}

const queuesOf = ({ lane, shards }: LaneOnShards): string[] =>
  QUEUE_KINDS.flatMap((kind) => Array.from({ length: shards }, (_, shard) => queueKeys(kind, lane, shard)));
