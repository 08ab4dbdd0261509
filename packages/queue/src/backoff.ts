import type { Lane, ProviderKind } from '@fanfare/core';

/** How often and how fast a retryable delivery is tried again. */
export interface RetryPolicy {
  baseMs: number;
  capMs: number;
  /** Attempts in all, the first included. */
  attempts: number;
}

const CHAT: RetryPolicy = { baseMs: 1000, capMs: 60_000, attempts: 8 };
const CALL: RetryPolicy = { baseMs: 250, capMs: 2000, attempts: 4 };
/** FCM asks for at least 10 s after a 5xx: https://firebase.google.com/docs/cloud-messaging/scale-fcm */
const FCM: RetryPolicy = { ...CHAT, baseMs: 10_000 };

/** The policy of docs/rules/delivery.md#retries. */
export function retryPolicy(lane: Lane, provider: ProviderKind): RetryPolicy {
  if (lane === 'call') return CALL;
  return provider === 'fcm' ? FCM : CHAT;
}

/**
 * Wait before the next attempt, with full jitter: evenly between 0 and the capped exponential, so that a wave of
 * failures does not come back as a wave (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 * `failures` counts the attempts that have failed, from 1; `random` is in [0, 1).
 */
export function backoffMs(policy: RetryPolicy, failures: number, random: number): number {
  const ceiling = Math.min(policy.capMs, policy.baseMs * 2 ** (failures - 1));
  return Math.round(random * ceiling);
}
