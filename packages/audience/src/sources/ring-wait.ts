import type { Walk } from '../source.ts';

/** How soon to look again whether a ring has been sent, and how long after a later state that is waited for. */
export const RING_RETRY_MS = 100;
const RING_WAIT_MS = 1500;

/**
 * Whether a later state of a call, received at `receivedAt` (epoch ms), waits while its ring is under way. An open ring
 * is as a rule superseded at once and must not count as rung: it is waited for at the first look and for a moment after
 * the state came; one that is open then may be with the provider.
 */
export const waitsForRing = ({ isFirst, now }: Pick<Walk, 'isFirst' | 'now'>, receivedAt: number): boolean =>
  isFirst || now() - receivedAt < RING_WAIT_MS;
