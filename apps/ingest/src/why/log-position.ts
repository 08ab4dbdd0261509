import type { LoggedRef } from '@fanfare/ledger';
import { z } from 'zod';
import { badField } from '../http/fields.ts';

/** Back in time from the newest, or forward from the oldest (docs/rules/cometchat.md#log). */
export type Affix = 'prepend' | 'append';

/**
 * A place in the log. All rows have one order, that of time, event key, slice and row; `append` walks it up and
 * `prepend` down, so that a page is found again from either side. The row itself has been seen.
 */
export interface Position {
  /** When the event was received, epoch ms. */
  at: number;
  key: string;
  slice: number;
  row: number;
}

const Encoded = z.tuple([
  z.number().int().min(0),
  z.string().regex(/^[0-9a-z]{1,30}$/),
  z.number().int().min(-1),
  z.number().int(),
]);

/** A position as it is handed out. */
export const encodePosition = ({ at, key, slice, row }: Position): string =>
  Buffer.from(JSON.stringify([at, key, slice, row])).toString('base64url');

/** The position of a cursor. @throws FanfareError when it is none of ours. */
export function decodePosition(cursor: string): Position {
  const parsed = Encoded.safeParse(jsonIn(Buffer.from(cursor, 'base64url').toString()));
  if (!parsed.success) throw badField('cursor', 'is not one of ours');
  const [at, key, slice, row] = parsed.data;
  return { at, key, slice, row };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether an event lies before a position in the direction of the walk: all of its rows have been seen. */
export function isPassed({ at, key }: LoggedRef, position: Position, affix: Affix): boolean {
  if (at === position.at && key === position.key) return false;
  const below = at < position.at || (at === position.at && key < position.key);
  return affix === 'append' ? below : !below;
}

/** The place behind the last row of an event, where there may be no row at all. */
export const endOf = ({ at, key }: LoggedRef, affix: Affix): Position => ({
  at,
  key,
  slice: affix === 'append' ? Number.MAX_SAFE_INTEGER : -1,
  row: 0,
});
