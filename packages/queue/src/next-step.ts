import type { Lane, Outcome, ProviderKind, SettledState } from '@fanfare/core';
import { backoffMs, retryPolicy } from './backoff.ts';

/** What happens to a job when its handler is through. */
export type Step =
  /** It is over. */
  | { do: 'done' }
  /** Again in `delayMs`, without spending an attempt. */
  | { do: 'wait'; delayMs: number }
  /** Again in `delayMs`; this attempt is spent. */
  | { do: 'retry'; delayMs: number };

/** What follows from an attempt: the delivery is settled, or its job comes back. */
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

/** How long, to twice as long, a delivery waits when its credential is refused: mending it takes minutes. */
const FAILING_WAIT_MS = 10_000;

/**
 * The one place where an outcome becomes a queue action (docs/rules/delivery.md#outcomes). A wait that would end after
 * the deadline is not begun: the delivery is expired now, for it could only be found expired then.
 */
export function nextStep(outcome: Outcome, context: StepContext): NextStep {
  switch (outcome.kind) {
    case 'accepted':
    case 'token_dead':
      return { do: 'settle', state: outcome.kind };
    case 'rejected':
      return { do: 'settle', state: 'rejected', reason: outcome.reason, detail: outcome.detail };
    case 'throttled':
      return beforeDeadline({ do: 'wait', delayMs: outcome.retryAfterMs }, context);
    case 'credential_failing':
      return beforeDeadline({ do: 'wait', delayMs: Math.round(FAILING_WAIT_MS * (1 + context.random)) }, context);
    case 'retryable':
      return retry(outcome, context);
  }
}

function retry(outcome: Outcome & { kind: 'retryable' }, context: StepContext): NextStep {
  const policy = retryPolicy(context.lane, context.provider);
  const failures = context.attemptsMade + 1;
  if (failures >= policy.attempts) {
    const words = [outcome.reason, outcome.detail].filter(Boolean).join(': ');
    return { do: 'settle', state: 'rejected', reason: 'attempts_exhausted', detail: words };
  }
  return beforeDeadline({ do: 'retry', delayMs: backoffMs(policy, failures, context.random) }, context);
}

const beforeDeadline = (step: Exclude<Step, { do: 'done' }>, { now, deadlineAt }: StepContext): NextStep =>
  now + step.delayMs < deadlineAt ? step : { do: 'settle', state: 'expired' };
