import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * A token that scripts of our own pages can read and send back in a header, which other sites cannot. It follows from
 * the session's id, so it is stored nowhere and ends with the session.
 */
export const csrfTokenOf = (session: string): string =>
  createHmac('sha256', session).update('csrf').digest('base64url');

/** Whether this is the session's token. Takes constant time for tokens of equal length. */
export function isCsrfToken(session: string, given: unknown): boolean {
  if (typeof given !== 'string') return false;
  const [expected, actual] = [Buffer.from(csrfTokenOf(session)), Buffer.from(given)];
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
