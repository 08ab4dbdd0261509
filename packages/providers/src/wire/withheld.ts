import type { Outcome } from '@fanfare/core';

/** The outcome of a request that was not written because its `mayLeave` returned false. */
export const WITHHELD: Outcome = { kind: 'withheld', reason: 'may_not_leave' };

/** Nothing was written: the caller may no longer send the request. */
export class WithheldError extends Error {
  override readonly name = 'WithheldError';

  constructor() {
    super('the request was withheld');
  }
}
