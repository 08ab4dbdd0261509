import { isUnanswered, type Outcome, type Platform } from '@fanfare/core';
import type { SenderDeps } from './deps.ts';
import type { SendHealth } from './gate.ts';
import { InFlight } from './in-flight.ts';
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

/** What a send that starts needs to know. */
interface Sending {
  pack: PackInHand;
  delivery: Delivery;
  end(attempt: Attempt): void;
}

/**
 * Sends the deliveries of a pack in order, as many at a time as the lane and the endpoint have places for, and calls
 * `end` with each result. If something throws, the others are still sent first.
 */
export async function sendPack(deps: SenderDeps, pack: PackInHand, end: (attempt: Attempt) => void): Promise<void> {
  const inFlight = new InFlight();
  for (const delivery of pack.deliveries) await begin(deps, { pack, delivery, end }, inFlight);
  await inFlight.allEnd();
}

/** Starts one send as soon as there is a place for it. */
async function begin(deps: SenderDeps, sending: Sending, inFlight: InFlight): Promise<void> {
  const { pack, delivery, end } = sending;
  const { lane, provider } = pack.source;
  const places = deps.sends[provider][lane];
  await places.take();
  let isSending = false;
  try {
    const ready = prepare(deps, pack, delivery);
    if (ready.kind !== 'ready') return end({ delivery, attempted: ready, durationMs: 0 });
    let admission = deps.gates[lane].enter(ready.entrance);
    while (!admission.ok && !admission.isOpen && inFlight.count > 0) {
      places.release();
      await inFlight.oneEnds();
      await places.take();
      admission = deps.gates[lane].enter(ready.entrance);
    }
    if (!admission.ok) {
      return end({ delivery, attempted: { kind: 'deferred', delayMs: admission.waitMs }, durationMs: 0 });
    }
    isSending = true;
    inFlight.add(send(deps, sending, ready, admission.left));
  } catch (error) {
    inFlight.fail(error);
  } finally {
    if (!isSending) places.release();
  }
}

/** Sends, measures, and reports to the gate how it went. */
async function send(
  deps: SenderDeps,
  { pack, delivery, end }: Sending,
  ready: Ready,
  left: (health: SendHealth) => void,
): Promise<void> {
  const { provider, lane } = pack.source;
  const startedAt = performance.now();
  let health: SendHealth = 'failed';
  let outcome: Outcome;
  try {
    outcome = await ready.send();
    health = sendHealthOf(outcome);
  } finally {
    left(health);
    deps.sends[provider][lane].release();
  }
  const durationMs = performance.now() - startedAt;
  deps.refusals.record(ready.subject, outcome);
  if (outcome.kind !== 'withheld') {
    deps.metrics.sendSeconds.observe({ provider, outcome: outcome.kind }, durationMs / 1000);
  }
  const isLate = outcome.kind === 'withheld' && deps.now() >= delivery.deadlineAt;
  const attempted: Attempted = isLate ? { kind: 'expired' } : outcome;
  end({ delivery, attempted, durationMs: Math.round(durationMs) });
}

function sendHealthOf(outcome: Outcome): SendHealth {
  if (outcome.kind === 'credential_failing') return 'refused';
  if (outcome.kind === 'withheld') return 'unsent';
  // An endpoint that answers is up; one that does not, or answers 5xx, is down.
  const { kind } = outcome;
  if (kind === 'throttled') return isUnanswered(outcome.reason) ? 'failed' : 'fine';
  return kind === 'retryable' && !outcome.reason.startsWith('http_4') ? 'failed' : 'fine';
}
