import { isUnanswered, type Lane, type Outcome } from '@fanfare/core';

/** How a gate is to be opened, times in ms. */
export interface Opening {
  reason: string;
  /** The shortest and the longest pause until a trial. */
  leastMs: number;
  mostMs: number;
  /** The pause that the provider asked for. */
  askedMs?: number;
}

/**
 * What a send says about its endpoint or credential. `throttled`: slow down, for everything; `refused`: every other
 * send would fail too; `unsent`: nothing.
 */
export type SendHealth = 'fine' | 'failed' | 'throttled' | 'refused' | 'unsent';

/**
 * The gate opens if at least half of at least 20 sends in a window failed, or as many in a row: those that went well
 * just before an outage say nothing about it (docs/rules/delivery.md#breaker).
 */
const WINDOW_MS = 10_000;
const MIN_SENDS = 20;
const MAX_FAILED = 0.5;

/**
 * How much the last answer counts in the share of throttled ones, and the share at which the gate opens: after six in a
 * row. So one user's limit at a chat backend, or a few percent of 429s, delay only what they concern.
 */
const NEW_SHARE = 1 / 8;
const MAX_THROTTLED = 0.5;

/** The pause before a trial: calls cannot wait long, and a refused credential is not fixed in a second. */
const LEAST_MS = 100;
const LEAST_REFUSED_MS = 5000;
const MOST_MS = 60_000;
const MOST_CALL_MS = 2000;

/** The pause of a call after an answer that named no time. */
const BY_DEFAULT_CALL_MS = 2000;

/**
 * Reasons that concern one device only: a report older than its registration, FCM's message rate per device, and APNs'
 * "to the same device token".
 */
const OF_ONE_DEVICE: ReadonlySet<string> = new Set([
  ...['DEVICE_RATE_EXCEEDED', 'TooManyRequests'],
  'unregistered_before_registration',
]);

/** What an outcome says about the endpoint or credential. One that answers is up; no answer or a 5xx means down. */
export function sendHealthOf(outcome: Outcome): SendHealth {
  switch (outcome.kind) {
    case 'credential_failing':
      return 'refused';
    case 'withheld':
      return 'unsent';
    case 'throttled':
      if (isUnanswered(outcome.reason)) return 'failed';
      return OF_ONE_DEVICE.has(outcome.reason) ? 'fine' : 'throttled';
    case 'retryable':
      return outcome.reason.startsWith('http_4') || OF_ONE_DEVICE.has(outcome.reason) ? 'fine' : 'failed';
    default:
      return 'fine';
  }
}

/** How the gate opens, or opens again, after this outcome. */
export function openingOf(outcome: Outcome, lane: Lane): Opening {
  const health = sendHealthOf(outcome);
  const reason = 'reason' in outcome ? outcome.reason : outcome.kind;
  const mostMs = lane === 'call' ? MOST_CALL_MS : MOST_MS;
  const leastMs = Math.min(health === 'refused' ? LEAST_REFUSED_MS : LEAST_MS, mostMs);
  if (health !== 'throttled' || outcome.kind !== 'throttled') return { reason, leastMs, mostMs };
  const { retryAfterMs, byDefault } = outcome;
  const askedMs = byDefault && lane === 'call' ? Math.min(retryAfterMs, BY_DEFAULT_CALL_MS) : retryAfterMs;
  return { reason, leastMs, mostMs, askedMs };
}

/**
 * What a send means for its gate. `suspect`: a failure that one sender sees too little of to open the gate, and that is
 * to be counted with those of the others; `cleared`: what was counted is void, since the endpoint answers.
 */
export type Verdict = 'nothing' | 'opens' | 'suspect' | 'cleared';

/** So many failures in a row that senders have counted together open the gate. */
export const MIN_FAILURES = MIN_SENDS;

/** Watches how the sends of one sender to one endpoint, or with one credential, go. */
export class Breaker {
  #windowEndsAt = 0;
  #sends = 0;
  #failures = 0;
  #inRow = 0;
  #throttled = 0;
  #answeredAt = Number.NEGATIVE_INFINITY;
  #isSuspect = false;
  #resetAt = Number.NEGATIVE_INFINITY;

  /** Counts a send that has ended. One that failed and began before the gate last opened or closed is no news. */
  judge({ health, begunAt, now }: { health: SendHealth; begunAt: number; now: number }): Verdict {
    if (health === 'unsent' || (health !== 'fine' && begunAt < this.#resetAt)) return 'nothing';
    if (health === 'refused') return 'opens';
    if (this.#windowEndsAt <= now) this.#begin(now);
    this.#sends++;
    if (health === 'failed') this.#failures++;
    this.#inRow = health === 'failed' ? this.#inRow + 1 : 0;
    this.#throttled += ((health === 'throttled' ? 1 : 0) - this.#throttled) * NEW_SHARE;
    const isDown = this.#sends >= MIN_SENDS && this.#failures >= this.#sends * MAX_FAILED;
    if (isDown || this.#inRow >= MIN_SENDS || this.#throttled > MAX_THROTTLED) return 'opens';
    return health === 'failed' ? this.#suspect(now) : this.#answered(now);
  }

  /** Forgets what was counted: the gate has opened or closed. */
  reset(now: number): void {
    this.#resetAt = now;
    this.#windowEndsAt = 0;
    this.#inRow = 0;
    this.#throttled = 0;
    this.#isSuspect = false;
  }

  /** One failure shortly after an answer is nothing unusual. */
  #suspect(now: number): Verdict {
    if (this.#inRow === 1 && now - this.#answeredAt < WINDOW_MS) return 'nothing';
    this.#isSuspect = true;
    return 'suspect';
  }

  #answered(now: number): Verdict {
    const wasSuspect = this.#isSuspect;
    this.#answeredAt = now;
    this.#isSuspect = false;
    return wasSuspect ? 'cleared' : 'nothing';
  }

  #begin(now: number): void {
    this.#windowEndsAt = now + WINDOW_MS;
    this.#sends = 0;
    this.#failures = 0;
  }
}
