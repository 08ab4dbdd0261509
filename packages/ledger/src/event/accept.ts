import { createHash } from 'node:crypto';
import { type AcceptedEvent, conversationKey, type EventRef, type Lane } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { ADMISSION_LUA } from '../admission/admission.lua.ts';
import { keys } from '../keys.ts';
import { CLAIM_LUA, claimEntry, locate } from './claim.ts';
import { COUNT_OPEN } from './open-usage.ts';
import { encodeAccepted } from './record.ts';

const HOUR = 3_600_000;

/** How long all data of an event is kept. */
export const RETENTION_MS: Record<Lane, number> = { call: 7 * 24 * HOUR, chat: 7 * 24 * HOUR, bulk: 24 * HOUR };

/** Claim, body, index and admission in one script: all of it is stored, or none. */
const ACCEPT = script<[string, string]>(`
-- KEYS prefix of the buckets of its id, event, open, open by receipt, root of the shard's keys, old claim of its id
-- ARGV key, now, retention, expires at, lane, app, bytes, field of its id, field, value …
-- returns the key the id stands for: this one, or that of the event accepted before; and the lane to which its job must
--   be added, or '' when it waits to be admitted, is fully planned or no longer kept
${COUNT_OPEN}
${ADMISSION_LUA}
${CLAIM_LUA}
local now, root = tonumber(ARGV[2]), KEYS[5]
local claimed = claimedBy(KEYS[1], ARGV[8], KEYS[6], now)
if claimed then
  local first = redis.call('HMGET', root .. 'ev:' .. claimed, 'lane', 'adm', 'full')
  return {claimed, (not first[1] or first[2] == '0' or first[3]) and '' or first[1]}
end
if redis.call('EXISTS', KEYS[2]) == 1 then return redis.error_reply('ERR the event key is taken') end
claim(KEYS[1], ARGV[8], ARGV[1], now, tonumber(ARGV[3]))
redis.call('HSET', KEYS[2], 'at', ARGV[2], 'exp', ARGV[4], 'size', ARGV[7], unpack(ARGV, 9))
redis.call('HSET', KEYS[2], 'slice', 0, 'cursor', '', 'next', 0, 'look', '0 0 0 0 0 0')
redis.call('PEXPIREAT', KEYS[2], ARGV[4])
redis.call('ZADD', KEYS[4], now, ARGV[1])
countOpen(KEYS[3], ARGV[5], ARGV[6], ARGV[1], ARGV[7], now, tonumber(ARGV[4]))
return {ARGV[1], enter(root, ARGV[5], ARGV[6], ARGV[1], now, now) and ARGV[5] or ''}
`);

/** The result of offering an event. */
export interface Acceptance extends EventRef {
  /**
   * True when the id was taken within the last 24 hours: this event was not stored, and the ref is the earlier one's.
   */
  duplicate: boolean;
  /**
   * The lane to which the event's job must be added, for a duplicate as well: its job may have been lost. Undefined
   * while the event waits to be admitted, and once it is fully planned.
   */
  queueIn?: Lane | undefined;
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
  const shard = await shardOf(redis, accepted, options.shards, retention);
  const { key, receivedAt: now, appId, event } = accepted;
  const body = JSON.stringify(event);
  const id = claimEntry(shard, appId, event.id);
  const [stored, queueIn] = await ACCEPT(
    redis,
    [
      id.prefix,
      keys.event(shard, key),
      keys.open(shard),
      keys.openSince(shard, accepted.lane),
      keys.root(shard),
      keys.oldId(shard, appId, event.id),
    ],
    [
      ...[key, now, retention, now + retention, accepted.lane, appId, Buffer.byteLength(body), id.field],
      ...encodeAccepted(accepted, body),
    ],
  );
  return { key: stored, shard, duplicate: stored !== key, queueIn: queueIn === '' ? undefined : (queueIn as Lane) };
}

/**
 * The shard of this (app, event id): the one assigned first, else by its conversation. Stored before the event, so that
 * a repeat with another body, or after the number of shards has grown, finds the first.
 */
async function shardOf(
  redis: Redis,
  { appId, event, receivedAt }: AcceptedEvent,
  shards: number,
  retentionMs: number,
): Promise<number> {
  if (shards === 1) return 0;
  const mine = shardByHash(appId, conversationKey(event), shards);
  return locate(redis, { appId, eventId: event.id }, mine, receivedAt, retentionMs);
}

/** Spreads evenly; events of one conversation share a shard, so that a cancelled call finds its ring. */
const shardByHash = (appId: string, conversation: string, shards: number): number =>
  createHash('sha1').update(`${appId}\n${conversation}`).digest().readUInt32BE() % shards;

const CHANGE_LANE = script<[number, ...string[]]>(`
-- KEYS event, open by receipt in the one lane and in the other, root of the shard's keys
-- ARGV from, to, event key, now
-- returns -1 when the event is not in that lane; else whether it is admitted to the other, and the keys of the events
--   that are admitted to its place in the first
${ADMISSION_LUA}
local event = redis.call('HMGET', KEYS[1], 'lane', 'app', 'at', 'next')
if event[1] ~= ARGV[1] then return {-1} end
-- Deliveries planned before stay in the queues, and in the load, of the lane it leaves.
redis.call('HSET', KEYS[1], 'lane', ARGV[2], 'moved', event[4])
local since = redis.call('ZSCORE', KEYS[2], ARGV[3])
if since then
  redis.call('ZREM', KEYS[2], ARGV[3])
  redis.call('ZADD', KEYS[3], since, ARGV[3])
end
leave(KEYS[4], ARGV[1], event[2], ARGV[3])
lookNoMore(KEYS[4] .. 'open', ARGV[1], event[2], ARGV[3])
lookAt(KEYS[4] .. 'open', ARGV[2], event[2], ARGV[3], ARGV[4])
local admitted = enter(KEYS[4], ARGV[2], event[2], ARGV[3], event[3], tonumber(ARGV[4]))
return {admitted and 1 or 0, unpack(wake(KEYS[4], ARGV[1], event[2], tonumber(ARGV[4])))}
`);

/** What a change of lane leaves to do: jobs to add. */
export interface LaneChange {
  /** Whether the event's job must be added to its new lane; otherwise it waits there to be admitted. */
  isAdmitted: boolean;
  /** Events that took its place in the old lane, whose jobs must be added there. */
  admitted: string[];
}

/**
 * Moves an event that turns out to be large to another lane, once. Undefined when it is not in `from` (another worker
 * was first) or has expired. It keeps its retention.
 */
export async function changeLane(
  redis: Redis,
  { shard, key }: EventRef,
  from: Lane,
  to: Lane,
  now: number = Date.now(),
): Promise<LaneChange | undefined> {
  const [answer, ...admitted] = await CHANGE_LANE(
    redis,
    [keys.event(shard, key), keys.openSince(shard, from), keys.openSince(shard, to), keys.root(shard)],
    [from, to, key, now],
  );
  return answer < 0 ? undefined : { isAdmitted: answer === 1, admitted };
}
