import type { Lane, ProviderKind } from '@fanfare/core';

/** How often and how fast a retryable delivery is tried again. */
export interface RetryPolicy {
  baseMs: number;
  capMs: number;
  /** Attempts in all, the first included; without end where only the deadline bounds them. */
  attempts: number;
}

const CHAT: RetryPolicy = { baseMs: 1000, capMs: 60_000, attempts: 8 };
/** A ring is worth trying as long as it may be sent, however often it failed. */
const CALL: RetryPolicy = { baseMs: 250, capMs: 2000, attempts: Number.POSITIVE_INFINITY };
/**
 * FCM asks for at least 10 s after a 5xx (https://firebase.google.com/docs/cloud-messaging/scale-fcm). Calls do not wait
 * that long: it is a third of a ring.
 */
const FCM: RetryPolicy = { ...CHAT, baseMs: 10_000 };

/**
 * What BullMQ is told where attempts have no end, since it stores a number: far more than fit into the longest deadline,
 * a day.
 */
export const UNBOUNDED_ATTEMPTS = 1_000_000;

/** The policy of docs/rules/delivery.md#retries. */
export function retryPolicy(lane: Lane, provider: ProviderKind): RetryPolicy {
  if (lane === 'call') return CALL;
  return provider === 'fcm' ? FCM : CHAT;
}

/** What the wait before an attempt depends on. */
export interface BackoffContext {
  /** Attempts that have failed, from 1. */
  failures: number;
  /** In [0, 1). */
  random: number;
  /** Left until the deadline; the wait ends before it. */
  leftMs: number;
}

/**
 * Wait before the next attempt, with full jitter: evenly between 0 and the capped exponential, so that a wave of
 * failures does not come back as a wave (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 * Where less time is left, evenly within that.
 */
export function backoffMs(policy: RetryPolicy, { failures, random, leftMs }: BackoffContext): number {
  const ceiling = Math.min(policy.capMs, policy.baseMs * 2 ** (failures - 1), leftMs);
  return Math.floor(random * ceiling);
}
