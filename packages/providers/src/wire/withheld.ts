import type { Outcome } from '@fanfare/core';

/** The outcome of a request that was not written, because its `mayLeave` said no. */
export const WITHHELD: Outcome = { kind: 'withheld', reason: 'may_not_leave' };

/** Nothing was written: whoever asked for the request may no longer make it. */
export class WithheldError extends Error {
  override readonly name = 'WithheldError';

  constructor() {
    super('the request was withheld');
  }
}
