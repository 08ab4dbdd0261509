import { type AppKey, appKey, type Outcome } from '@fanfare/core';
import type { Refusal } from '@fanfare/ledger';

/** The target of a send: an endpoint or a credential of an app. */
export type Subject = Pick<Refusal, 'appId' | 'provider' | 'name'>;

/** Consecutive failures that count as a refusal. A rejected credential counts immediately. */
const FAILURES = 3;

/** How long a refusal lasts without another failure, ms: longer than any breaker stays open. */
const BELIEVED_MS = 120_000;

/** Maximum number of subjects kept; the first to fail are dropped first. */
const MAX_SUBJECTS = 1000;

interface Streak extends Subject {
  failures: number;
  since: number;
  reason: string;
  until: number;
}

/** Endpoints and credentials that currently refuse this process, by the outcomes of its sends. For the operator. */
export class Refusals {
  readonly #now: () => number;
  readonly #streaks = new Map<AppKey, Streak>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Records the outcome of a send to this endpoint or with this credential. */
  record(subject: Subject, outcome: Outcome): void {
    if (outcome.kind === 'withheld') return;
    const isRefusal =
      outcome.kind === 'retryable' || outcome.kind === 'throttled' || outcome.kind === 'credential_failing';
    // Nearly always: making a key costs more than the rest.
    if (!isRefusal && this.#streaks.size === 0) return;
    const id = appKey(subject.appId, subject.provider, subject.name);
    if (!isRefusal) {
      this.#streaks.delete(id);
      return;
    }
    const now = this.#now();
    const before = this.#streaks.get(id);
    const waitMs = outcome.kind === 'throttled' ? outcome.retryAfterMs : 0;
    this.#streaks.set(id, {
      ...subject,
      failures: outcome.kind === 'credential_failing' ? FAILURES : (before?.failures ?? 0) + 1,
      since: before?.since ?? now,
      reason: outcome.reason,
      until: now + waitMs + BELIEVED_MS,
    });
    const [oldest] = this.#streaks.keys();
    if (this.#streaks.size > MAX_SUBJECTS && oldest !== undefined) this.#streaks.delete(oldest);
  }

  /** Those that currently refuse. */
  current(): Refusal[] {
    const now = this.#now();
    const refusals: Refusal[] = [];
    for (const [id, { appId, provider, name, reason, since, failures, until }] of this.#streaks) {
      if (until <= now) this.#streaks.delete(id);
      else if (failures >= FAILURES) refusals.push({ appId, provider, name, reason, since });
    }
    return refusals;
  }
}
