import { isUnanswered, type Outcome, type Platform } from '@fanfare/core';
import type { SenderDeps } from './deps.ts';
import type { SendHealth } from './gate.ts';
import type { Delivery, PackInHand } from './pack.ts';
import { prepare, type Ready, type Unsendable } from './prepare.ts';

/** The result for a delivery: an answer, a wait for the endpoint, or why nothing was sent. */
export type Attempted = (Unsendable | { kind: 'deferred'; delayMs: number }) & { platform?: Platform };

/** An attempt, and how long it took. */
export interface Attempt {
  delivery: Delivery;
  attempted: Attempted;
  durationMs: number;
}

/**
 * Sends the deliveries of a pack in order, as many at a time as the lane and the endpoint have places for, and calls
 * `end` with each result. Resolves to what `end` returned, in order. If one throws, the others are still sent first.
 */
export async function sendPack<T>(
  deps: SenderDeps,
  pack: PackInHand,
  end: (attempt: Attempt) => Promise<T>,
): Promise<T[]> {
  const inFlight = new InFlight();
  const ends: Promise<T>[] = [];
  for (const delivery of pack.deliveries) {
    const { attempt } = await begin(deps, pack, delivery, inFlight);
    const ended = attempt.then(end);
    // Settled below; until then a failure must not count as unhandled.
    ended.catch(() => undefined);
    ends.push(ended);
  }
  await Promise.allSettled(ends);
  return Promise.all(ends);
}

/** Starts one send as soon as there is a place for it. */
async function begin(
  deps: SenderDeps,
  pack: PackInHand,
  delivery: Delivery,
  inFlight: InFlight,
): Promise<{ attempt: Promise<Attempt> }> {
  const { lane, provider } = pack.source;
  const places = deps.sends[provider][lane];
  const startedAt = deps.now();
  const ended = (attempted: Attempted): Attempt => ({ delivery, attempted, durationMs: deps.now() - startedAt });
  await places.take();
  let isSending = false;
  try {
    const ready = prepare(deps, pack, delivery);
    if (ready.kind !== 'ready') return { attempt: Promise.resolve(ended(ready)) };
    let admission = deps.gates[lane].enter(ready.entrance);
    while (!admission.ok && !admission.isOpen && inFlight.count > 0) {
      places.release();
      await inFlight.oneEnds();
      await places.take();
      admission = deps.gates[lane].enter(ready.entrance);
    }
    if (!admission.ok) return { attempt: Promise.resolve(ended({ kind: 'deferred', delayMs: admission.waitMs })) };
    isSending = true;
    const leave = inFlight.enter();
    const attempt = sendReady(deps, pack, ready, admission.left).then(async (outcome) => {
      const isLate = outcome.kind === 'withheld' && deps.now() >= delivery.deadlineAt;
      return ended(
        isLate ? { kind: 'expired' } : { ...outcome, ...(ready.platform ? { platform: ready.platform } : {}) },
      );
    });
    return {
      attempt: attempt.finally(() => {
        places.release();
        leave();
      }),
    };
  } finally {
    if (!isSending) places.release();
  }
}

/** Sends, measures, and reports to the gate how it went. */
async function sendReady(
  deps: SenderDeps,
  { source: { provider, lane } }: PackInHand,
  ready: Ready,
  left: (health: SendHealth) => void,
): Promise<Outcome> {
  const endTimer = deps.metrics.sendSeconds.startTimer({ provider });
  const labels = { provider, lane };
  let health: SendHealth = 'failed';
  deps.metrics.inflight.inc(labels);
  try {
    const outcome = await ready.send();
    deps.refusals.record(ready.subject, outcome);
    health = sendHealthOf(outcome);
    if (outcome.kind !== 'withheld') endTimer({ outcome: outcome.kind });
    return outcome;
  } finally {
    left(health);
    deps.metrics.inflight.dec(labels);
  }
}

function sendHealthOf(outcome: Outcome): SendHealth {
  if (outcome.kind === 'credential_failing') return 'refused';
  if (outcome.kind === 'withheld') return 'unsent';
  // An endpoint that answers is up; one that does not, or answers 5xx, is down.
  const { kind } = outcome;
  if (kind === 'throttled') return isUnanswered(outcome.reason) ? 'failed' : 'fine';
  return kind === 'retryable' && !outcome.reason.startsWith('http_4') ? 'failed' : 'fine';
}

/** The sends of one pack that are in flight. */
class InFlight {
  count = 0;
  #wake: (() => void) | undefined;

  /** Counts a send; call the result when it ends. */
  enter(): () => void {
    this.count++;
    return () => {
      this.count--;
      this.#wake?.();
    };
  }

  /** Resolves when the next one ends. */
  oneEnds(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
