import type { Lane } from '@fanfare/core';
import { answersOf, script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { isPlain } from '../plan/planned-slice.ts';
import { type KeptEvent, keepFinished, kindOf } from './kept.ts';
import { endLeases, type Lease, type LeasedEvent, leaseFinished } from './lease.ts';
import { isPacked, pack, textsOf, unpack } from './packed.ts';

/** How long a finished event is left as it is: jobs that were added twice find its states where they expect them. */
const REST_MS = 10_000;

/** How long a run has to list the events that it packs, before another does it again. */
const LEASE_MS = 60_000;

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

/**
 * Packs up to `limit` events of a shard that finished some seconds before `now` (epoch ms): what later questions need
 * stays, in a fraction of the memory. Returns how many there were to look at. An event with dead letters is left as it
 * is, for their replay. All are listed, so that they can leave when memory is short (see kept.ts); with `archive`, for
 * the archive as well (see archive/unarchived.ts). Cut off in between, another run does it again after a minute.
 */
export async function packFinished(
  redis: Redis,
  shard: number,
  now: number,
  limit: number,
  { archive = false, restMs = REST_MS }: PackOptions = {},
): Promise<number> {
  const lease: Lease = { shard, until: now + LEASE_MS, archive };
  const leased = await leaseFinished(redis, shard, { before: now - restMs, until: lease.until, limit });
  if (leased.length === 0) return 0;
  const records = await readRecords(redis, shard, leased);
  const calls = records.flatMap((record) => packing(record).map((args) => ({ keys: keysOf(shard, record.key), args })));
  await REPLACE.each(redis, calls);
  const kept = await Promise.all(
    records.filter(({ fields }) => fields.done).map((one) => keptEvent(redis, shard, one)),
  );
  await keepFinished(redis, lease, kept, now);
  // A loss shows in the archive; what a replay has reopened is listed when it is done again.
  const gone = records.filter(({ fields }) => !fields.at);
  await endLeases(redis, lease, gone);
  const reopened = records.filter(({ fields }) => fields.at && !fields.done);
  await endLeases(redis, { ...lease, archive: false }, reopened);
  return leased.length;
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

/** A leased event as it is stored; without fields when it has expired. */
interface Stored extends LeasedEvent {
  /** Without `exp`: packed, by a run that was cut off before it listed the event. */
  fields: Readonly<Record<string, string>>;
  /** How many slices its plan has, and the first. */
  slices: number;
  plan: Buffer | null;
  states: Buffer | null;
}

async function readRecords(redis: Redis, shard: number, leased: readonly LeasedEvent[]): Promise<Stored[]> {
  const read = redis.pipeline();
  for (const { key } of leased) {
    read.hgetallBuffer(keys.event(shard, key)).hlen(keys.plan(shard, key)).hgetBuffer(keys.plan(shard, key), '0');
    read.getBuffer(keys.states(shard, key));
  }
  const answers = answersOf(await read.exec());
  return leased.map((event, i) => {
    const [hash, slices, plan, states] = answers.slice(4 * i, 4 * i + 4) as Answer;
    return { ...event, fields: isPacked(hash) ? unpack(hash).fields : textsOf(hash), slices, plan, states };
  });
}

type Answer = [hash: Record<string, Buffer>, slices: number, plan: Buffer | null, states: Buffer | null];

/** The entry of an event that is done in the list of its kind. */
async function keptEvent(redis: Redis, shard: number, { key, fields, finishedAt }: Stored): Promise<KeptEvent> {
  const { app, lane, done, rejected, aud, size, body, exp } = fields;
  return {
    key,
    appId: app as string,
    kind: kindOf(lane as Lane, Number(rejected ?? 0) > 0),
    bytes: Number(aud ?? 0) * RECIPIENT_BYTES + Number(size ?? body?.length ?? 0),
    finishedAt: Number(done),
    expiresAt: exp ? Number(exp) : Math.max(finishedAt, await redis.pexpiretime(keys.event(shard, key))),
  };
}

const keysOf = (shard: number, key: string): string[] => [
  keys.event(shard, key),
  keys.plan(shard, key),
  keys.states(shard, key),
];

/** The arguments that replace an event by its packed form; none if it stays as it is. */
function packing({ fields, slices, plan, states }: Stored): (string | number | Buffer)[][] {
  const { done, exp, rejected } = fields;
  if (!done || !exp || Number(rejected ?? 0) > 0) return [];
  const small = slices <= 1 && (plan === null || (plan.length <= SMALL_PLAN && isPlain(plan)));
  const moved = small
    ? { plan: plan?.toString(), states: states ?? undefined }
    : { plan: undefined, states: undefined };
  return [[done, exp, small ? 1 : 0, ...pack({ fields, ...moved })]];
}
