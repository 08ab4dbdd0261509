/** What a query said last. */
interface Asked {
  hash: string;
  status: 'pending' | 'error' | 'success';
  error: Error | null;
}

/** An error and the query it is of. */
export type KeptError = Pick<Asked, 'hash' | 'error'>;

/**
 * The error to show. A query without data forgets its error as soon as it is asked again, and the page would be empty
 * until the next failure: the error of the same query is kept until there is an answer.
 */
export function keptError(before: KeptError, { hash, status, error }: Asked): KeptError {
  if (status === 'pending' && before.hash === hash) return before;
  return { hash, error };
}
