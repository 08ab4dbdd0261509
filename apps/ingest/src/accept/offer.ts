import { parseEvent } from '@fanfare/core';

/** One posted event: the input, and the result of parsing it. */
export interface Offer {
  input: unknown;
  parsed: ReturnType<typeof parseEvent>;
}

/** Validates one posted event. */
export const offer = (input: unknown): Offer => ({ input, parsed: parseEvent(input) });
