import type { Outcome } from '@fanfare/core';
import { networkFailure } from '../wire/network-reason.ts';
import { WITHHELD, WithheldError } from '../wire/withheld.ts';
import type { Unanswered } from './result.ts';

/** The minimum wait: a refusal without a pause would cause a busy loop. */
const MIN_WAIT_MS = 250;

/** Codes the pool itself sets. */
const OWN_REASONS: Readonly<Record<string, string>> = { EAGAIN: 'overloaded', ECANCELED: 'closed' };

/**
 * The outcome when a request got no complete answer. What cannot have been processed waits without spending an attempt
 * (docs/rules/delivery.md#outcomes: an endpoint that is down spends none); what may have been is retryable. The detail
 * is the error's code, never its message, which may name internal addresses. Throws anything that is not a network
 * error.
 */
export function unansweredOutcome({ processed, error, retryAfterMs }: Unanswered): Outcome {
  if (error instanceof WithheldError) return WITHHELD;
  const failure = networkFailure(error);
  const code = failure?.code ?? ('code' in error ? String(error.code) : '');
  const reason = OWN_REASONS[code] ?? failure?.reason;
  if (reason === undefined) throw error;
  if (processed === 'maybe' || reason === 'closed') return { kind: 'retryable', reason, detail: code };
  return { kind: 'throttled', retryAfterMs: Math.max(retryAfterMs, MIN_WAIT_MS), reason, detail: code };
}
