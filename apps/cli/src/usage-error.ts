/** A value on the command line is wrong. The message names it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
