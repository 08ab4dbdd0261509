import { z } from 'zod';
import { badField } from '../http/fields.ts';

/** `prepend`: backward from the newest; `append`: forward from the oldest (docs/rules/cometchat.md#log). */
export type Affix = 'prepend' | 'append';

/**
 * A position in the log: the last row seen. Rows are ordered by time, event key, slice and row; `append` walks this
 * order up and `prepend` down, so a page can be reached from either side.
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

/** Encodes a position as a cursor. */
export const encodePosition = ({ at, key, slice, row }: Position): string =>
  Buffer.from(JSON.stringify([at, key, slice, row])).toString('base64url');

/** Decodes a cursor. @throws FanfareError if it is invalid. */
export function decodePosition(cursor: string): Position {
  const parsed = Encoded.safeParse(jsonIn(Buffer.from(cursor, 'base64url').toString()));
  if (!parsed.success) throw badField('cursor', 'is invalid');
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

/** Whether an event lies before a position in the direction of the walk, so that all its rows have been seen. */
export function isPassed({ at, key }: Pick<Position, 'at' | 'key'>, position: Position, affix: Affix): boolean {
  if (at === position.at && key === position.key) return false;
  const below = at < position.at || (at === position.at && key < position.key);
  return affix === 'append' ? below : !below;
}

/** The position after the last row of an event, which may have no rows. */
export const endOf = ({ at, key }: Pick<Position, 'at' | 'key'>, affix: Affix): Position => ({
  at,
  key,
  slice: affix === 'append' ? Number.MAX_SAFE_INTEGER : -1,
  row: 0,
});
