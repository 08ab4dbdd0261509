/** Digits of a session's id that tell the devices of one user apart. */
const DIGITS = 8;
const SESSION = /^[0-9a-f]{64}$/;

/**
 * A short name for a session among those of one user, as the device index has it. A session's id is a hash, of which a
 * few digits are enough: two of a hundred sessions have the same tag once in a million users. Any other name of a
 * session stays.
 */
export const sessionTag = (session: string): string => (SESSION.test(session) ? session.slice(0, DIGITS) : session);
