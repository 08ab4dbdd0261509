import { createHash } from 'node:crypto';
import { type AcceptedEvent, conversationKey, type EventRef, type Lane } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { COUNT_OPEN } from './open-usage.ts';
import { encodeAccepted } from './record.ts';

const HOUR = 3_600_000;

/** How long the same event id counts as a duplicate. */
export const DUPLICATE_WINDOW_MS = 24 * HOUR;

/** How long all data of an event is kept. */
export const RETENTION_MS: Record<Lane, number> = { call: 7 * 24 * HOUR, chat: 7 * 24 * HOUR, bulk: 24 * HOUR };

/** When the sweeper first checks that an accepted event has its job: later than any healthy hand-over takes. */
const FIRST_SWEEP_MS: Record<Lane, number> = { call: 2000, chat: 5000, bulk: 5000 };

/** Claim, body and index in one script: all of it is stored, or none. */
const ACCEPT = script<string>(`
-- KEYS id, event, open, open by receipt
-- ARGV key, now, duplicate window, retention, expires at, first sweep, prefix of event keys, app, bytes, field, value …
-- returns the key the id stands for: this one, or that of the event accepted before
${COUNT_OPEN}
local old = redis.call('GET', KEYS[1])
if old then
  local at = redis.call('HGET', ARGV[7] .. old, 'at')
  if at and tonumber(ARGV[2]) - tonumber(at) < tonumber(ARGV[3]) then return old end
end
if redis.call('EXISTS', KEYS[2]) == 1 then return redis.error_reply('ERR the event key is taken') end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[4])
redis.call('HSET', KEYS[2], 'at', ARGV[2], 'exp', ARGV[5], 'size', ARGV[9], unpack(ARGV, 10))
redis.call('HSET', KEYS[2], 'slice', 0, 'cursor', '', 'next', 0, 'look', '0 0 0 0 0 0')
redis.call('PEXPIREAT', KEYS[2], ARGV[5])
redis.call('ZADD', KEYS[3], ARGV[6], ARGV[1])
redis.call('ZADD', KEYS[4], ARGV[2], ARGV[1])
countOpen(KEYS[3], ARGV[8], ARGV[1], ARGV[9], tonumber(ARGV[2]), tonumber(ARGV[5]))
return ARGV[1]
`);

/** The result of offering an event. */
export interface Acceptance extends EventRef {
  /**
   * True when the id was taken within the last 24 hours: this event was not stored, and the ref is the earlier one's.
   */
  duplicate: boolean;
}

export interface AcceptOptions {
  /** How many shards events are spread over now. May grow, never shrink. */
  shards: number;
  /** Overrides `RETENTION_MS` for this event. */
  retentionMs?: number | undefined;
}

/**
 * Stores an event, once per app and id. When this resolves, the event is as durable as the server's AOF setting allows;
 * when it rejects, it may or may not be stored, and retrying is safe. It also rejects when another event happens to
 * have its key: retry with a new key.
 */
export async function acceptEvent(redis: Redis, accepted: AcceptedEvent, options: AcceptOptions): Promise<Acceptance> {
  const retention = options.retentionMs ?? RETENTION_MS[accepted.lane];
  const shard = await claimShard(redis, accepted, options.shards, retention);
  const { key, receivedAt: now, appId, event } = accepted;
  const body = JSON.stringify(event);
  const stored = await ACCEPT(
    redis,
    [keys.id(shard, appId, event.id), keys.event(shard, key), keys.open(shard), keys.openSince(shard, accepted.lane)],
    [
      key,
      now,
      DUPLICATE_WINDOW_MS,
      retention,
      now + retention,
      now + FIRST_SWEEP_MS[accepted.lane],
      keys.event(shard, ''),
      appId,
      Buffer.byteLength(body),
      ...encodeAccepted(accepted, body),
    ],
  );
  return { key: stored, shard, duplicate: stored !== key };
}

/**
 * The shard of this (app, event id): the one assigned first, else by its conversation. Stored before the event, so that
 * a repeat with another body, or after the number of shards has grown, finds the first.
 */
async function claimShard(redis: Redis, { appId, event }: AcceptedEvent, shards: number, ttl: number): Promise<number> {
  const mine = shardOf(appId, conversationKey(event), shards);
  const claim = claimLocation(redis, keys.location(appId, event.id), mine, ttl);
  if (shards > 1) return claim;
  // With one shard the answer does not matter, so the next command need not wait for it.
  claim.catch(() => undefined);
  return mine;
}

async function claimLocation(redis: Redis, key: string, mine: number, ttl: number): Promise<number> {
  const first = await redis.set(key, String(mine), 'PX', ttl, 'NX', 'GET');
  if (first === null) return mine;
  // The id may be accepted again after 24 hours, and must stay resolvable for as long as the new event is kept.
  await redis.pexpire(key, ttl, 'GT');
  return Number(first);
}

/** Spreads evenly by hash; events of one conversation share a shard, so that a cancelled call finds its ring. */
const shardOf = (appId: string, conversation: string, shards: number): number =>
  shards === 1 ? 0 : createHash('sha1').update(`${appId}\n${conversation}`).digest().readUInt32BE() % shards;

/** The location of the event with this id, or undefined when there is none (or no longer). */
export async function findEvent(redis: Redis, appId: string, eventId: string): Promise<EventRef | undefined> {
  const shard = Number((await redis.get(keys.location(appId, eventId))) ?? 0);
  const key = await redis.get(keys.id(shard, appId, eventId));
  return key === null ? undefined : { key, shard };
}

const CHANGE_LANE = script<number>(`
-- KEYS event, open by receipt in the one lane and in the other
-- ARGV from, to, event key
-- returns 1, or 0 when the event is not in that lane
if redis.call('HGET', KEYS[1], 'lane') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'lane', ARGV[2])
local since = redis.call('ZSCORE', KEYS[2], ARGV[3])
if since then
  redis.call('ZREM', KEYS[2], ARGV[3])
  redis.call('ZADD', KEYS[3], since, ARGV[3])
end
return 1
`);

/**
 * Moves an event that turns out to be large to another lane, once. False when it is not in `from` (another worker was
 * first) or has expired. It keeps its retention; the caller moves its job.
 */
export const changeLane = async (redis: Redis, { shard, key }: EventRef, from: Lane, to: Lane): Promise<boolean> =>
  (await CHANGE_LANE(
    redis,
    [keys.event(shard, key), keys.openSince(shard, from), keys.openSince(shard, to)],
    [from, to, key],
  )) === 1;
