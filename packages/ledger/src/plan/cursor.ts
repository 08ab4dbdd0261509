import type { AcceptedEvent, EventRef } from '@fanfare/core';
import type { Redis } from 'ioredis';
import { readEvent } from '../event/progress.ts';
import { decodeAccepted, expanded } from '../event/record.ts';
import { readPacked } from '../finished/read-packed.ts';
import { keys } from '../keys.ts';

/** The progress of an event's expansion. */
export interface Cursor {
  /** Number of the slice to expand next. */
  slice: number;
  /** Where the audience walk continues. */
  cursor: string;
  /** Ordinal of the next delivery. */
  next: number;
  /** Whether the entire audience has been planned. */
  full: boolean;
  /** Whether the event's changes to the registry have been applied. */
  applied: boolean;
  /** Whether it is among the admitted events, or waits to be; neither when it is left to its job. */
  admission?: 'admitted' | 'waiting' | undefined;
}

/** The fields that a cursor is in. */
const FIELDS = ['slice', 'cursor', 'next', 'full', 'applied', 'adm'];

/** The progress of the event's expansion, or undefined when the event has expired. */
export async function readCursor(redis: Redis, { shard, key }: EventRef): Promise<Cursor | undefined> {
  const [at, ...values] = await redis.hmget(keys.event(shard, key), 'at', ...FIELDS);
  if (!at) return undefined;
  if (values[0]) return cursorOf(values);
  const packed = await readPacked(redis, { shard, key });
  return packed && cursorOf(FIELDS.map((name) => packed.fields[name] ?? null));
}

/** An event and the progress of its expansion. */
export interface Expansion {
  accepted: AcceptedEvent;
  cursor: Cursor;
}

/** Reads both in one command; undefined when the event has expired. */
export async function readExpansion(redis: Redis, ref: EventRef): Promise<Expansion | undefined> {
  const [at, app, lane, ev, ...values] = await redis.hmget(
    keys.event(ref.shard, ref.key),
    ...['at', 'app', 'lane', 'ev', ...FIELDS],
  );
  if (!at) return undefined;
  if (!app || !lane || !ev || !values[0]) return readOldExpansion(redis, ref);
  const accepted = decodeAccepted(ref.key, expanded({ at, app, lane, ev }));
  return accepted && { accepted, cursor: cursorOf(values) };
}

/** The same of an event that is packed, or was accepted by a version that kept the parts of `ev` apart. */
async function readOldExpansion(redis: Redis, ref: EventRef): Promise<Expansion | undefined> {
  const [accepted, cursor] = await Promise.all([readEvent(redis, ref), readCursor(redis, ref)]);
  return accepted && cursor && { accepted, cursor };
}

function cursorOf([slice, cursor, next, full, applied, adm]: readonly (string | null)[]): Cursor {
  return {
    slice: Number(slice),
    cursor: cursor ?? '',
    next: Number(next),
    full: full === '1',
    applied: applied === '1',
    admission: adm === '1' ? 'admitted' : adm === '0' ? 'waiting' : undefined,
  };
}
