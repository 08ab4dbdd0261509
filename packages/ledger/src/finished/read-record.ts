import type { AcceptedEvent, EventRef } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { statesIn } from '../deliveries/states.ts';
import { decodeAccepted } from '../event/record.ts';
import { keys } from '../keys.ts';
import { type LogRow, ordinalsOf, rowsOf, rowsWith } from '../log/log-row.ts';
import { readSlice } from '../plan/plan.ts';
import { decodeSlice } from '../plan/planned-slice.ts';
import { isPacked, textsOf, unpack } from './packed.ts';

/** What is asked about a finished event as a whole. */
export interface EventRecord {
  accepted: AcceptedEvent;
  /** When its last delivery was settled, epoch ms; missing while a replay has reopened it. */
  finishedAt?: number;
  /** How many slices its plan has, and the rows of the first: most have only one. */
  slices: number;
  rows: LogRow[];
}

/** Reads a finished event, a packed one in one command; undefined when its record has gone. */
export async function readRecord(redis: Redis, ref: EventRef): Promise<EventRecord | undefined> {
  const hash = await redis.hgetallBuffer(keys.event(ref.shard, ref.key));
  const packed = isPacked(hash) ? unpack(hash) : undefined;
  const fields: Readonly<Record<string, string>> = packed?.fields ?? textsOf(hash);
  const accepted = decodeAccepted(ref.key, fields);
  if (!accepted) return undefined;
  const { done, slice } = fields;
  return {
    accepted,
    ...(done ? { finishedAt: Number(done) } : {}),
    slices: Number(slice),
    rows: packed?.plan === undefined ? await storedRows(redis, ref) : packedRows(ref, packed.plan, packed.states),
  };
}

async function storedRows(redis: Redis, ref: EventRef): Promise<LogRow[]> {
  const slice = await readSlice(redis, ref, 0);
  return slice ? rowsOf(redis, ref, slice) : [];
}

function packedRows(ref: EventRef, plan: string, states: Buffer = Buffer.alloc(0)): LogRow[] {
  const slice = decodeSlice(plan);
  return rowsWith(ref, slice, statesIn(states, ordinalsOf(slice)));
}
