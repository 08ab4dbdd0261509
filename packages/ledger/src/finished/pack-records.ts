import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { keys } from '../keys.ts';
import { isPlain } from '../plan/planned-slice.ts';
import { fieldsIn, pack } from './packed.ts';

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

/** A finished event as it is stored; without fields when it has expired. */
export interface Stored {
  key: string;
  /** Without `exp`: packed, by a run that was cut off before it listed the event. */
  fields: Readonly<Record<string, string>>;
  /** How many slices its plan has, and the first. */
  slices: number;
  plan: Buffer | null;
  states: Buffer | null;
}

/** Events read by one script: the server does nothing else for half a millisecond. */
const BATCH = 50;

const READ = script<Answer[]>(`
-- KEYS of each event: its hash, plan, states
-- returns of each: the fields and values of its hash, how many slices its plan has, the first, its states
local all = {}
for i = 1, #KEYS, 3 do
  all[#all + 1] = {redis.call('HGETALL', KEYS[i]), redis.call('HLEN', KEYS[i + 1]),
    redis.call('HGET', KEYS[i + 1], '0'), redis.call('GET', KEYS[i + 2])}
end
return all
`);

type Answer = [hash: Buffer[], slices: number, plan: Buffer | null, states: Buffer | null];

/** Reads finished events of a shard, in the order given. */
export async function readStored(redis: Redis, shard: number, eventKeys: readonly string[]): Promise<Stored[]> {
  const records: Stored[] = [];
  for (let from = 0; from < eventKeys.length; from += BATCH) {
    const some = eventKeys.slice(from, from + BATCH);
    const answers = await READ.bytes(
      redis,
      some.flatMap((key) => keysOf(shard, key)),
      [],
    );
    for (const [i, key] of some.entries()) {
      const [hash, slices, plan, states] = answers[i] as Answer;
      records.push({ key, fields: fieldsIn(hashOf(hash)) ?? {}, slices, plan, states });
    }
  }
  return records;
}

function hashOf(values: readonly Buffer[]): Record<string, Buffer> {
  const hash: Record<string, Buffer> = {};
  for (let i = 0; i < values.length; i += 2) hash[String(values[i])] = values[i + 1] as Buffer;
  return hash;
}

/** Packs finished events of a shard, but for those with dead letters, which are needed for a replay. */
export async function packRecords(redis: Redis, shard: number, records: readonly Stored[]): Promise<void> {
  const calls = records.flatMap((record) => packing(record).map((args) => ({ keys: keysOf(shard, record.key), args })));
  await REPLACE.together(redis, calls);
}

/** Whether an event has dead letters that were neither dismissed nor dropped. */
export const hasLetters = ({ rejected, dropped }: Stored['fields']): boolean =>
  Number(rejected ?? 0) > Number(dropped ?? 0);

const keysOf = (shard: number, key: string): string[] => [
  keys.event(shard, key),
  keys.plan(shard, key),
  keys.states(shard, key),
];

/** The arguments that replace an event by its packed form; none if it stays as it is. */
function packing({ fields, slices, plan, states }: Stored): (string | number | Buffer)[][] {
  const { done, exp } = fields;
  if (!done || !exp || hasLetters(fields)) return [];
  const small = slices <= 1 && (plan === null || (plan.length <= SMALL_PLAN && isPlain(plan)));
  const moved = small
    ? { plan: plan?.toString(), states: states ?? undefined }
    : { plan: undefined, states: undefined };
  return [[done, exp, small ? 1 : 0, ...pack({ fields, ...moved })]];
}
