import { isNativeError } from 'node:util/types';
import type { Outcome } from '@fanfare/core';
import { networkFailure } from '../wire/network-reason.ts';
import { type WaitLimits, waitAsked } from '../wire/retry-after.ts';
import { WITHHELD, WithheldError } from '../wire/withheld.ts';
import { DeadlineError } from './deadline.ts';
import { UnsafeAddressError } from './lookup.ts';

type AnswerMeaning = 'accepted' | 'retryable' | 'rejected' | 'disabled';

/**
 * Statuses that mean something else than their class. Meanings: https://www.rfc-editor.org/rfc/rfc9110#section-15 (423:
 * RFC 4918, 425: RFC 8470, 429 and 511: RFC 6585); 410 disables the endpoint by Standard Webhooks:
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
const BY_STATUS: Readonly<Record<number, AnswerMeaning>> = {
  408: 'retryable',
  409: 'retryable',
  410: 'disabled',
  421: 'retryable',
  423: 'retryable',
  425: 'retryable',
  429: 'retryable',
  501: 'rejected',
  505: 'rejected',
  511: 'rejected',
};

/** Redirects are never followed: Standard Webhooks counts them as failures, and they would bypass the address check. */
const BY_CLASS: Readonly<Record<number, AnswerMeaning>> = {
  2: 'accepted',
  3: 'rejected',
  4: 'rejected',
  5: 'retryable',
};

/** The statuses with which Retry-After is heeded: RFC 6585 section 4 and RFC 9110 section 15.6.4. */
const MAY_THROTTLE: ReadonlySet<number> = new Set([429, 503]);

/**
 * The outcome of a complete answer, by its status and its Retry-After header. The reason is `http_` and the status; a
 * number that is no HTTP status counts as a 5xx.
 */
export function answerOutcome(status: number, retryAfter: string | undefined, limits: WaitLimits): Outcome {
  const reason = `http_${status}`;
  const meaning = BY_STATUS[status] ?? BY_CLASS[Math.floor(status / 100)] ?? 'retryable';
  switch (meaning) {
    case 'accepted':
      return { kind: 'accepted' };
    case 'rejected':
      return { kind: 'rejected', reason };
    case 'disabled':
      return { kind: 'rejected', reason, disable: true };
    case 'retryable': {
      const wait = MAY_THROTTLE.has(status) ? waitAsked(retryAfter, limits) : undefined;
      return wait === undefined ? { kind: 'retryable', reason } : { kind: 'throttled', ...wait, reason };
    }
  }
}

/** The URL, or an address its host name leads to, is forbidden: nothing was sent. */
export const unsafeAddress = (detail: string): Outcome => ({ kind: 'rejected', reason: 'unsafe_address', detail });

/**
 * The outcome when there is no complete answer. The detail is the error's code, never its message, which may name
 * internal addresses. Rethrows errors that are not the network's: they are bugs.
 */
export function errorOutcome(error: unknown): Outcome {
  if (error instanceof WithheldError) return WITHHELD;
  if (error instanceof UnsafeAddressError) return unsafeAddress(error.message);
  if (error instanceof DeadlineError) return { kind: 'retryable', reason: 'timeout', detail: error.message };
  if (!isNativeError(error)) throw error;
  const failure = networkFailure(error);
  if (failure === undefined) throw error;
  return { kind: 'retryable', reason: failure.reason, detail: failure.code };
}
