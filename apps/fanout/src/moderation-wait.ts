import type { AcceptedEvent } from '@fanfare/core';

/** How long to wait before checking for a verdict again; grows with the message's age. */
const SHORTEST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 3000;

/** How long to wait before checking a pending message again, in ms; never beyond its deadline. */
export function moderationWait({ receivedAt, leaveBy }: AcceptedEvent, now: number): number {
  const wait = Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, (now - receivedAt) / 10));
  return Math.ceil(Math.max(1, Math.min(wait, leaveBy - now)));
}
