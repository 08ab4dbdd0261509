import type { AcceptedEvent } from '@fanfare/core';

/** How soon to look for a verdict again: the longer the older the message. */
const SHORTEST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 3000;

/** How long a message that waits for its verdict is left alone, in ms; never beyond its deadline. */
export function moderationWait({ receivedAt, leaveBy }: AcceptedEvent, now: number): number {
  const wait = Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, (now - receivedAt) / 10));
  return Math.ceil(Math.max(1, Math.min(wait, leaveBy - now)));
}
