import type { Redis } from 'ioredis';
import { acrossSlots } from './across-slots.ts';
import { commandEach } from './pipeline.ts';
import { script } from './script.ts';

/** A hash to read. */
export interface HashRead {
  key: string;
  /** A field of its own, whose value comes first; for all of the hashes or none, empty for one that needs none. */
  field?: string;
}

/** Values as they come: null if missing, absent if all the others behind are missing too. */
export type HashValues = readonly (Buffer | null | undefined)[];

/** Hashes per script: the server does nothing else for about a millisecond. */
const BATCH = 500;

/** Fewer are not worth a script. */
const FEW = 4;

/**
 * The keys are in different slots (see across-slots.ts). It only reads, and is used only where the server allows it: a
 * command per hash costs the client four times as much as the server's part of both.
 */
const READ = script<HashValues[]>(`
-- KEYS hash …
-- ARGV how many fields are read of every hash, field …, a field of each hash …
-- returns the values of each hash, its own field first, without missing ones at the end
local count, all = tonumber(ARGV[1]), {}
local fields = {unpack(ARGV, 2, count + 1)}
local hasOwn = #ARGV > count + 1
if hasOwn then table.insert(fields, 1, '') end
for i, hash in ipairs(KEYS) do
  if hasOwn then fields[1] = ARGV[count + 1 + i] end
  local values = redis.call('HMGET', hash, unpack(fields))
  local last = #values
  while last > 0 and not values[last] do
    values[last] = nil
    last = last - 1
  end
  all[i] = values
end
return all`);

/**
 * Reads the same fields of many hashes in few round trips; answers are in the order of `reads`. On Redis Cluster, or
 * behind a proxy of one, it sends a command per hash.
 */
export async function readHashes(
  redis: Redis,
  reads: readonly HashRead[],
  fields: readonly string[],
): Promise<HashValues[]> {
  if (reads.length < FEW) return readEach(redis, reads, fields);
  const answers: HashValues[] = [];
  for (let from = 0; from < reads.length; from += BATCH) {
    const batch = reads.slice(from, from + BATCH);
    const values = await acrossSlots(
      redis,
      () => readBatch(redis, batch, fields),
      () => readEach(redis, batch, fields),
    );
    for (const value of values) answers.push(value);
  }
  return answers;
}

function readBatch(redis: Redis, batch: readonly HashRead[], fields: readonly string[]) {
  const own = batch.flatMap(({ field }) => field ?? []);
  return READ.bytes(
    redis,
    batch.map(({ key }) => key),
    [fields.length, ...fields, ...own],
  );
}

async function readEach(redis: Redis, reads: readonly HashRead[], fields: readonly string[]): Promise<HashValues[]> {
  const answers = await commandEach(redis, reads, (commands, { key, field }) =>
    commands.hmgetBuffer(key, ...(field === undefined ? [] : [field]), ...fields),
  );
  return answers as HashValues[];
}
