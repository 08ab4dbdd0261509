import type { Lane } from '@fanfare/core';
import { answersOf, script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { isPlain } from '../plan/planned-slice.ts';
import { type KeptEvent, keepFinished, kindOf } from './kept.ts';
import { isPacked, pack, textsOf } from './packed.ts';

/** How long a finished event is left as it is: jobs that were added twice find its states where they expect them. */
const REST_MS = 10_000;

/** A plan up to this many characters, and the states of its deliveries, move into the event's own key. */
const SMALL_PLAN = 1000;

/**
 * Replaces the hash of an event, unless it has changed since it was read: reopened by a replay, or packed by another.
 * Its plan and states go when the new hash has them.
 */
const REPLACE = script<number>(`
-- KEYS event, plan, states
-- ARGV done as it was read, expires at, whether plan and states go, field, value …
-- returns 1 when replaced, else 0
local now = redis.call('HMGET', KEYS[1], 'done', 'exp')
if now[1] ~= ARGV[1] or now[2] ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 4))
redis.call('PEXPIREAT', KEYS[1], ARGV[2])
if ARGV[3] == '1' then redis.call('UNLINK', KEYS[2], KEYS[3]) end
return 1
`);

const TAKE = script<string[]>(`
-- KEYS finished, and unarchived if there is an archive
-- ARGV finished before, limit
-- returns the keys of that many events, which are taken off the list
local due = redis.call('ZRANGE', KEYS[1], '-inf', ARGV[1], 'BYSCORE', 'LIMIT', 0, ARGV[2])
for _, key in ipairs(KEYS[2] and due or {}) do
  redis.call('ZADD', KEYS[2], redis.call('ZSCORE', KEYS[1], key), key)
end
if #due > 0 then redis.call('ZREM', KEYS[1], unpack(due)) end
return due
`);

/**
 * Packs up to `limit` events of a shard that finished some seconds before `now` (epoch ms): what later questions need
 * stays, in a fraction of the memory. Returns how many there were to look at. An event with dead letters is left as it
 * is, for their replay. All are listed, so that they can leave when memory is short (see kept.ts); with `archive`, for
 * the archive as well (see archive/unarchived.ts). Cut off in between, an event stays as it was until it expires.
 */
export async function packFinished(
  redis: Redis,
  shard: number,
  now: number,
  limit: number,
  { archive = false, restMs = REST_MS }: PackOptions = {},
): Promise<number> {
  const lists = archive ? [keys.finished(shard), keys.unarchived(shard)] : [keys.finished(shard)];
  const due = await TAKE(redis, lists, [now - restMs, limit]);
  if (due.length === 0) return 0;
  const read = redis.pipeline();
  for (const key of due) {
    read.hgetallBuffer(keys.event(shard, key)).hlen(keys.plan(shard, key)).hgetBuffer(keys.plan(shard, key), '0');
    read.getBuffer(keys.states(shard, key));
  }
  const answers = answersOf(await read.exec());
  const records = due.map((_, i) => answers.slice(4 * i, 4 * i + 4) as Read);
  const calls = due.flatMap((key, i) =>
    packing(...(records[i] as Read)).map((args) => ({ keys: keysOf(shard, key), args })),
  );
  await REPLACE.each(redis, calls);
  const kept = due.flatMap((key, i) => keptEvent(key, (records[i] as Read)[0]));
  await keepFinished(redis, shard, kept, now);
  return due.length;
}

/** How finished events are packed. */
export interface PackOptions {
  /** Whether they are listed for an archive. */
  archive?: boolean;
  /** How long they have been finished. */
  restMs?: number;
}

/** What a recipient of a large group takes in plan and states, roughly: 3 with the webhook, 28 with a device. */
const RECIPIENT_BYTES = 20;

/** The entry of an event in the list of its kind; none if it has gone, or is no longer done. */
function keptEvent(key: string, { app, lane, done, exp, rejected, aud, size }: Read[0]): KeptEvent[] {
  if (!app || !done || !exp) return [];
  return [
    {
      key,
      appId: app.toString(),
      kind: kindOf(String(lane) as Lane, Number(rejected ?? 0) > 0),
      bytes: Number(aud ?? 0) * RECIPIENT_BYTES + Number(size ?? 0),
      expiresAt: Number(exp),
    },
  ];
}

type Read = [hash: Record<string, Buffer>, slices: number, plan: Buffer | null, states: Buffer | null];

const keysOf = (shard: number, key: string): string[] => [
  keys.event(shard, key),
  keys.plan(shard, key),
  keys.states(shard, key),
];

/** The arguments that replace an event by its packed form; none if it stays as it is. */
function packing(...[hash, slices, plan, states]: Read): (string | number | Buffer)[][] {
  const { done, exp, rejected } = hash;
  if (!done || !exp || isPacked(hash) || Number(rejected ?? 0) > 0) return [];
  const small = slices <= 1 && (plan === null || (plan.length <= SMALL_PLAN && isPlain(plan)));
  const moved = small
    ? { plan: plan?.toString(), states: states ?? undefined }
    : { plan: undefined, states: undefined };
  return [[done, exp, small ? 1 : 0, ...pack({ fields: textsOf(hash), ...moved })]];
}
