import { type EventRef, LANES, type ProviderKind } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { ADMISSION_LUA } from '../admission/admission.lua.ts';
import { type AdmittedEvent, admittedEvents } from '../admission/admission.ts';
import { LOAD_LUA } from '../admission/load.lua.ts';
import { stateNumber } from '../deliveries/states.ts';
import { FINISH_LUA } from '../event/finish.lua.ts';
import { readPacked } from '../finished/read-packed.ts';
import { keys, loadField } from '../keys.ts';
import { PLAN_LUA } from './plan.lua.ts';
import { decodeSlice, encodeSlice, type PlannedSlice } from './planned-slice.ts';
import { tally } from './tally.ts';

/** Thrown when a worker is no longer the one expanding the event: it must stop and leave its job alone. */
export class FencedError extends Error {
  override name = 'FencedError';
}

/** Writes a slice and counts it, once: a second writer receives what the first one wrote. */
const PLAN = script<Buffer | number>(`
-- KEYS root of the shard's keys
-- ARGV event key, app, slice number, slice, recipients, deliveries, number of reasons, reason, n …, provider, n …
-- returns 0; the slice, if it is planned already; -1 when the event is gone, -2 when the cursor is elsewhere
${LOAD_LUA}
${PLAN_LUA}
local root, key, number = KEYS[1], ARGV[1], ARGV[3]
local event = redis.call('HMGET', root .. 'ev:' .. key, 'slice', 'next', 'exp', 'lane', 'aud')
if not event[1] then return -1 end
local stored = redis.call('HGET', root .. 'plan:' .. key, number)
if stored then return stored end
if event[1] ~= number then return -2 end
local reasons = 7 + tonumber(ARGV[7]) * 2
storeSlice(root, key, {next = event[2], exp = event[3], aud = event[5]}, {
  number = number,
  text = ARGV[4],
  recipients = tonumber(ARGV[5]),
  deliveries = tonumber(ARGV[6]),
  reasons = {unpack(ARGV, 8, reasons)},
}, {})
for i = reasons + 1, #ARGV, 2 do
  countLoad(root .. 'load', event[4], ARGV[2] .. '|' .. ARGV[i], ${stateNumber('pending')}, ARGV[i + 1])
end
return 0
`);

/** Moves the cursor past a slice: only for the holder of the job's lock, and only from the slice it worked on. */
const ADVANCE = script<number | (string | number)[]>(`
-- KEYS event, job lock, root of the shard's keys
-- ARGV lock token, slice number, cursor, last, event key, now
-- returns key, rank … of the events that are admitted in its place; -1 when the lock is lost, -2 when the cursor is
--   elsewhere
${FINISH_LUA}
${ADMISSION_LUA}
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return -1 end
if redis.call('HGET', KEYS[1], 'slice') ~= ARGV[2] then return -2 end
redis.call('HSET', KEYS[1], 'slice', tonumber(ARGV[2]) + 1, 'cursor', ARGV[3])
if ARGV[4] ~= '1' then return {} end
redis.call('HSET', KEYS[1], 'full', 1)
finish(KEYS[3], ARGV[5], ARGV[6])
local event = redis.call('HMGET', KEYS[1], 'lane', 'app', 'next')
learnSizes(KEYS[3], event[1], event[2], {tonumber(event[3] or 0)})
leave(KEYS[3], event[1], event[2], ARGV[5])
return wake(KEYS[3], event[1], event[2], tonumber(ARGV[6]))
`);

const MARK_APPLIED = script<number>(`
-- KEYS event
-- returns how many fields are new; 0 when the event is gone
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
return redis.call('HSET', KEYS[1], 'applied', 1)
`);

/** Records that the event's changes to the registry have been applied: a later turn must not repeat them. */
export const markApplied = async (redis: Redis, { shard, key }: EventRef): Promise<void> => {
  await MARK_APPLIED(redis, [keys.event(shard, key)], []);
};

/** Whether the event's entire audience has been planned, or undefined when the event has expired. */
export async function isFullyPlanned(redis: Redis, { shard, key }: EventRef): Promise<boolean | undefined> {
  const [at, full] = await redis.hmget(keys.event(shard, key), 'at', 'full');
  return at ? full === '1' : undefined;
}

/** The slice planned under this number, or undefined when there is none yet. */
export async function readSlice(
  redis: Redis,
  { shard, key }: EventRef,
  slice: number,
): Promise<PlannedSlice | undefined> {
  const stored =
    (await redis.hgetBuffer(keys.plan(shard, key), String(slice))) ??
    (slice === 0 ? (await readPacked(redis, { shard, key }))?.plan : undefined);
  return stored === undefined ? undefined : decodeSlice(stored);
}

const FIND_SLICE = script<number>(`
-- KEYS plan
-- ARGV ordinal
-- returns the number of the last slice that begins at or before the ordinal, -1 when nothing is planned
local low, high = 0, redis.call('HLEN', KEYS[1]) - 1
while low < high do
  local middle = math.ceil((low + high) / 2)
  local first = string.match(redis.call('HGET', KEYS[1], middle), '^%d+')
  if tonumber(first) <= tonumber(ARGV[1]) then low = middle else high = middle - 1 end
end
return high < 0 and -1 or low
`);

/** The number of the slice that a delivery was planned in; undefined when the event has expired. */
export async function findSlice(redis: Redis, { shard, key }: EventRef, ordinal: number): Promise<number | undefined> {
  const number = await FIND_SLICE(redis, [keys.plan(shard, key)], [ordinal]);
  return number < 0 ? undefined : number;
}

/** A slice that is planned. */
export interface Planned {
  /** As stored: another worker's if that came first. */
  slice: PlannedSlice;
  /** Whether this call planned it. */
  mine: boolean;
}

/**
 * Plans a slice and counts it. Its deliveries have no jobs yet (see hand-over.ts).
 * @throws FencedError when the event has expired or its cursor has moved on.
 */
export async function planSlice(
  redis: Redis,
  { shard, key }: EventRef,
  appId: string,
  number: number,
  slice: PlannedSlice,
): Promise<Planned> {
  const { reasons, providers, deliveries } = tally(slice);
  const answer = await PLAN.bytes(
    redis,
    [keys.root(shard)],
    [
      ...[key, appId, number, encodeSlice(slice), slice.recipients.length, deliveries],
      ...[reasons.size, ...[...reasons].flat()],
      ...[...providers].flat(),
    ],
  );
  if (Buffer.isBuffer(answer)) return { slice: decodeSlice(answer), mine: false };
  if (answer < 0) throw new FencedError(`event ${key}: slice ${number} cannot be planned (${answer})`);
  return { slice, mine: true };
}

/**
 * Moves the cursor past slice `number`. `lock` is the BullMQ lock key of the event's job and this worker's token: a
 * worker that lost its lock cannot move the cursor backwards. `now` (epoch ms) becomes the event's end if it has
 * nothing left to send. Returns the events of the same app and lane that are admitted because this one is fully
 * planned: the caller adds their jobs, and after a crash the sweeper does.
 * @throws FencedError when the lock or the cursor has changed.
 */
export async function advance(
  redis: Redis,
  { shard, key }: EventRef,
  lock: { key: string; token: string },
  number: number,
  slice: PlannedSlice,
  now: number = Date.now(),
): Promise<AdmittedEvent[]> {
  const answer = await ADVANCE(
    redis,
    [keys.event(shard, key), lock.key, keys.root(shard)],
    [lock.token, number, slice.cursor, slice.last ? 1 : 0, key, now],
  );
  if (typeof answer !== 'number') return admittedEvents(answer);
  throw new FencedError(`event ${key}: cursor not moved past slice ${number} (${answer})`);
}

/** Deliveries of an app that have a job (planned, and neither settled nor held), by provider, over all shards. */
export async function readLoad(
  redis: Redis,
  appId: string,
  providers: readonly ProviderKind[],
  shards: number,
): Promise<Map<ProviderKind, number>> {
  const fields = providers.map((provider) => loadField(appId, provider));
  if (fields.length === 0) return new Map();
  const hashes = LANES.flatMap((lane) =>
    Array.from({ length: shards }, (_, shard) => [keys.ready(shard, lane), keys.retrying(shard, lane)]).flat(),
  );
  const counts = await Promise.all(hashes.map((hash) => redis.hmget(hash, ...fields)));
  return new Map(providers.map((provider, i) => [provider, counts.reduce((sum, n) => sum + Number(n[i] ?? 0), 0)]));
}
