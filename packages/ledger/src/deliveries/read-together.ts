import type { AcceptedEvent, DeliveryState, EventRef } from '@fanfare/core';
import { script } from '@fanfare/redis';
import type { Redis } from 'ioredis';
import { readEvent } from '../event/progress.ts';
import { decodeAccepted, expanded } from '../event/record.ts';
import { keys } from '../keys.ts';
import { readSlice } from '../plan/plan.ts';
import { decodeSlice, type PlannedSlice } from '../plan/planned-slice.ts';
import { byteRange, readStates, statesIn } from './states.ts';

/** What a sender reads of an event: itself, a slice of its plan, or the states of some deliveries. */
export type LedgerRead = { key: string } & (
  | { kind: 'event' }
  | { kind: 'slice'; number: number }
  | { kind: 'states'; ordinals: readonly number[] }
);

/** The answers to a read, as `readEvent`, `readSlice` and `readStates` give them. */
export interface LedgerAnswers {
  event: AcceptedEvent | undefined;
  slice: PlannedSlice | undefined;
  states: DeliveryState[];
}

/** Reads per script: the server does nothing else for a few hundred microseconds. */
const BATCH = 200;

/** Fewer are not worth a script. */
const FEW = 4;

type Values = (Buffer | null)[] | Buffer | null;

const READ = script<Values[]>(`
-- KEYS the event, plan or states of each read
-- ARGV of each read: its kind, the number of the slice or the first byte, the last byte
-- returns of each: at, app, lane and ev; the slice; the bytes
local all = {}
for i, key in ipairs(KEYS) do
  local kind, first, last = ARGV[3 * i - 2], ARGV[3 * i - 1], ARGV[3 * i]
  if kind == 'event' then
    all[i] = redis.call('HMGET', key, 'at', 'app', 'lane', 'ev')
  elseif kind == 'slice' then
    all[i] = redis.call('HGET', key, first)
  else
    all[i] = redis.call('GETRANGE', key, first, last)
  end
end
return all
`);

/**
 * Reads of events of a shard in few round trips, in order: each is answered or fails on its own. What has been packed,
 * or was stored by an older version, takes a read of its own.
 */
export async function readTogether(
  redis: Redis,
  shard: number,
  reads: readonly LedgerRead[],
): Promise<Promise<LedgerAnswers[LedgerRead['kind']]>[]> {
  if (reads.length < FEW) return reads.map((read) => readAlone(redis, shard, read));
  const values: Values[] = [];
  for (let from = 0; from < reads.length; from += BATCH) {
    const some = reads.slice(from, from + BATCH);
    const keysOfSome = some.map((read) => keyOf(shard, read));
    for (const each of await READ.bytes(redis, keysOfSome, some.flatMap(argsOf))) values.push(each);
  }
  // When all are read: a rejection that the caller does not have yet would end the process.
  return reads.map((read, i) => answerTo(redis, shard, read, values[i] as Values));
}

const keyOf = (shard: number, { kind, key }: LedgerRead): string => keys[kind === 'slice' ? 'plan' : kind](shard, key);

function argsOf(read: LedgerRead): [string, number, number] {
  if (read.kind === 'event') return ['event', 0, 0];
  return read.kind === 'slice' ? ['slice', read.number, 0] : ['states', ...byteRange(read.ordinals)];
}

async function readAlone(redis: Redis, shard: number, read: LedgerRead) {
  const ref: EventRef = { shard, key: read.key };
  if (read.kind === 'event') return readEvent(redis, ref);
  return read.kind === 'slice' ? readSlice(redis, ref, read.number) : readStates(redis, ref, read.ordinals);
}

async function answerTo(redis: Redis, shard: number, read: LedgerRead, values: Values) {
  if (read.kind === 'event') {
    const [at, app, lane, ev] = (values as (Buffer | null)[]).map((value) => value?.toString());
    if (!at) return undefined;
    if (app && lane && ev) return decodeAccepted(read.key, expanded({ at, app, lane, ev }));
  } else if (Buffer.isBuffer(values) && values.length > 0) {
    return read.kind === 'slice' ? decodeSlice(values) : statesIn(values, read.ordinals, byteRange(read.ordinals)[0]);
  }
  return readAlone(redis, shard, read);
}
