import type { Walk } from '../source.ts';

/** How soon to check again whether a ring has been sent, and how long after a later state to keep waiting. */
export const RING_RETRY_MS = 100;
const RING_WAIT_MS = 1500;

/**
 * Whether a later call state, received at `receivedAt` (epoch ms), waits while its ring is being sent. An open ring is
 * usually superseded at once and must not count as rung: it is waited for at the first check, and for a moment after
 * the state came; if still open then, it may be with the provider.
 */
export const waitsForRing = ({ isFirst, now }: Pick<Walk, 'isFirst' | 'now'>, receivedAt: number): boolean =>
  isFirst || now() - receivedAt < RING_WAIT_MS;
