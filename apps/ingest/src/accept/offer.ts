import { parseEvent } from '@fanfare/core';
import type { Turn } from './turn.ts';

/** One posted event: the id it was posted with, and the result of parsing it. */
export interface Offer {
  /** Empty if it has none. */
  id: string;
  parsed: ReturnType<typeof parseEvent>;
}

/** The events of one request, not parsed yet. */
export interface Posted {
  count: number;
  /** Length of the body; 0 if it is not the request's own. */
  bytes: number;
  /** Whether parsing them takes long enough for others to be given a turn. */
  isLong: boolean;
  parse(turn: Turn): readonly Offer[] | Promise<readonly Offer[]>;
}

/** Events of which it is known already whether they are valid. */
export const alreadyParsed = (offers: readonly Offer[]): Posted => ({
  count: offers.length,
  bytes: 0,
  isLong: false,
  parse: () => offers,
});

/** Longest id in an answer. */
const ID_LENGTH = 128;

/** Validates one posted event. Does not keep the input: thousands may be in flight. */
export function offer(input: unknown): Offer {
  const parsed = parseEvent(input);
  return { id: parsed.ok ? parsed.event.id : idIn(input), parsed };
}

function idIn(input: unknown): string {
  const given = typeof input === 'object' && input !== null && 'id' in input ? input.id : undefined;
  return typeof given === 'string' || typeof given === 'number' ? String(given).slice(0, ID_LENGTH) : '';
}
