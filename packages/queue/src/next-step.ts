import type { Lane, Outcome, ProviderKind, SettledState } from '@fanfare/core';
import { backoffMs, retryPolicy } from './backoff.ts';

/** What happens to a job when its handler returns. */
export type Step =
  /** It is done. `afterwards` runs once the job is gone; if the process dies before that, it does not. */
  | { do: 'done'; afterwards?: () => Promise<void> }
  /** Run again in `delayMs`, without spending an attempt. */
  | { do: 'wait'; delayMs: number }
  /** Run again in `delayMs`; this attempt is spent. */
  | { do: 'retry'; delayMs: number };

/** The consequence of an attempt: the delivery is settled, or its job runs again. */
export type NextStep =
  | { do: 'settle'; state: Exclude<SettledState, 'rejected'> }
  | { do: 'settle'; state: 'rejected'; reason: string; detail: string | undefined }
  | Exclude<Step, { do: 'done' }>;

/** What the step depends on besides the outcome. Times in epoch ms, `random` in [0, 1). */
export interface StepContext {
  lane: Lane;
  provider: ProviderKind;
  /** Attempts spent before this one. */
  attemptsMade: number;
  now: number;
  deadlineAt: number;
  random: number;
}

/** The minimum wait of a delivery whose credential is refused (at most twice as long): fixing it takes minutes. */
const FAILING_WAIT_MS = 10_000;

/**
 * A wait that would reach the deadline is cut, so that the last attempt starts this long before it, or down to half as
 * long: not all at the same moment, and early enough to be picked up in time.
 */
const LAST_TRY_MS = 2000;

/** With less time left than this, another attempt would be picked up too late. */
const TOO_LATE_MS = 100;

/**
 * The only place where an outcome becomes a queue action (docs/rules/delivery.md#outcomes). A delivery that can still
 * be tried before its deadline is not expired: a wait that would reach the deadline is cut short of it.
 */
export function nextStep(outcome: Outcome, context: StepContext): NextStep {
  switch (outcome.kind) {
    case 'accepted':
    case 'token_dead':
      return { do: 'settle', state: outcome.kind };
    case 'rejected':
      return { do: 'settle', state: 'rejected', reason: outcome.reason, detail: outcome.detail };
    case 'throttled':
      return wait(throttledMs(outcome, context), context);
    case 'credential_failing':
      return wait(Math.round(FAILING_WAIT_MS * (1 + context.random)), context);
    case 'retryable':
      return retry(outcome, context);
    case 'withheld':
      return context.now >= context.deadlineAt ? { do: 'settle', state: 'expired' } : { do: 'wait', delayMs: 1 };
  }
}

/** The requested wait; one that we assume is no longer than the lane waits between attempts. */
function throttledMs(
  { retryAfterMs, byDefault }: Outcome & { kind: 'throttled' },
  { lane, provider }: StepContext,
): number {
  return byDefault ? Math.min(retryAfterMs, retryPolicy(lane, provider).capMs) : retryAfterMs;
}

/** Waits `delayMs`, but makes one last attempt shortly before the deadline. */
function wait(delayMs: number, { now, deadlineAt, random }: StepContext): NextStep {
  const leftMs = deadlineAt - now;
  if (leftMs > LAST_TRY_MS) {
    const lastTryInMs = Math.ceil(leftMs - LAST_TRY_MS * (1 - random / 2));
    return { do: 'wait', delayMs: Math.min(delayMs, lastTryInMs) };
  }
  return delayMs < leftMs ? { do: 'wait', delayMs } : { do: 'settle', state: 'expired' };
}

function retry(outcome: Outcome & { kind: 'retryable' }, context: StepContext): NextStep {
  const policy = retryPolicy(context.lane, context.provider);
  const failures = context.attemptsMade + 1;
  if (failures >= policy.attempts) {
    const words = [outcome.reason, outcome.detail].filter(Boolean).join(': ');
    return { do: 'settle', state: 'rejected', reason: 'attempts_exhausted', detail: words };
  }
  const leftMs = context.deadlineAt - context.now;
  if (leftMs < TOO_LATE_MS) return { do: 'settle', state: 'expired' };
  return { do: 'retry', delayMs: backoffMs(policy, { failures, random: context.random, leftMs }) };
}
