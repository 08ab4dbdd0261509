import type { Lane, ProviderKind } from '@fanfare/core';

/** How often and how fast a retryable delivery is retried. */
export interface RetryPolicy {
  baseMs: number;
  capMs: number;
  /** Attempts in all, the first included; unlimited where only the deadline bounds them. */
  attempts: number;
}

const CHAT: RetryPolicy = { baseMs: 1000, capMs: 60_000, attempts: 8 };
/** A ring is retried as long as it may be sent, however often it has failed. */
const CALL: RetryPolicy = { baseMs: 250, capMs: 2000, attempts: Number.POSITIVE_INFINITY };
/**
 * FCM asks for at least 10 s after a 5xx (https://firebase.google.com/docs/cloud-messaging/scale-fcm). Calls do not
 * wait that long: it is a third of a ring.
 */
const FCM: RetryPolicy = { ...CHAT, baseMs: 10_000 };

/**
 * The number given to BullMQ for unlimited attempts, since it stores one: far more than fit into the longest deadline,
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
  /** Time left until the deadline; the wait ends before it. */
  leftMs: number;
}

/**
 * The wait before the next attempt, with full jitter: uniform between 0 and the capped exponential, so that a wave of
 * failures does not return as a wave (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). If
 * less time is left, uniform within that.
 */
export function backoffMs(policy: RetryPolicy, { failures, random, leftMs }: BackoffContext): number {
  const ceiling = Math.min(policy.capMs, policy.baseMs * 2 ** (failures - 1), leftMs);
  return Math.floor(random * ceiling);
}
