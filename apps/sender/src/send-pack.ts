import type { Outcome } from '@fanfare/core';
import type { Gate, HoldReason } from '@fanfare/ledger';
import type { SenderDeps } from './deps.ts';
import type { Pass } from './held/gates.ts';
import { type InHand, SOON_MS } from './held/in-hand.ts';
import { InFlight } from './in-flight.ts';
import type { Delivery, PackInHand } from './pack.ts';
import { prepare, type Ready, type Unsendable } from './prepare.ts';

/** The result for a delivery: an answer, that it is to be held, or why nothing was sent. */
export type Attempted = Unsendable | { kind: 'held'; reason: HoldReason };

/** An attempt, and how long it took. */
export interface Attempt {
  delivery: Delivery;
  attempted: Attempted;
  /** What it was sent through or is to be held for; absent if it could not be sent. */
  gate?: Gate;
  /** Whether it was the trial of its gate. */
  isTrial?: boolean;
  durationMs: number;
}

/** What the sends of a pack share. */
interface Sending {
  pack: PackInHand;
  inFlight: InFlight;
  end(attempt: Attempt): void;
}

/**
 * Sends the deliveries of a pack in order, as many at a time as the lane and the endpoint have places for, and calls
 * `end` with each result. If something throws, the others are still sent first. Sends nothing of an app that has too
 * much in hand already.
 */
export async function sendPack(deps: SenderDeps, pack: PackInHand, end: (attempt: Attempt) => void): Promise<void> {
  const { inHand } = deps.gates.lane(pack.source);
  const { appId } = pack.loaded.accepted;
  const { length } = pack.deliveries;
  if (!inHand.take(appId, length, pack.job.data.addedAgain === true)) {
    for (const delivery of pack.deliveries) end(putOff(deps, pack, delivery));
    return;
  }
  const inFlight = new InFlight();
  const sent = giveWayIfSlow(inHand, appId, pack);
  let left = length;
  const endOne = (attempt: Attempt) => {
    left--;
    inHand.drop(appId, 1);
    end(attempt);
  };
  try {
    const sending: Sending = { pack, inFlight, end: endOne };
    for (const delivery of pack.deliveries) {
      const begun = begin(deps, sending, delivery);
      if (begun !== undefined) await begun;
    }
    const answered = pack.job.awaits();
    await inFlight.allEnd().finally(answered);
  } finally {
    sent();
    inHand.drop(appId, left);
  }
}

/**
 * Lets the worker take another job in place of one that waits for slow answers, as soon as the app's sends are known to
 * be slow. A large pack of fast ones only takes its time: a job in its place would find no room, and its deliveries
 * would be held, where no other sender finds them. Call the result when all is sent.
 */
function giveWayIfSlow(inHand: InHand, appId: string, { job }: PackInHand): () => void {
  const look = () => {
    if (inHand.isSlow(appId)) job.giveWay();
  };
  look();
  const timer = setInterval(look, SOON_MS);
  return () => clearInterval(timer);
}

/** Not sent now: to be held, unless it cannot be sent anyway. */
function putOff(deps: SenderDeps, pack: PackInHand, delivery: Delivery): Attempt {
  const ready = prepare(deps, pack, delivery);
  if (ready.kind !== 'ready') return { delivery, attempted: ready, durationMs: 0 };
  return { delivery, attempted: { kind: 'held', reason: 'busy' }, gate: ready.gate, durationMs: 0 };
}

/** Starts one send as soon as there is a place for it, unless it is to be held. Not a promise if that is at once. */
function begin(deps: SenderDeps, sending: Sending, delivery: Delivery): Promise<void> | undefined {
  const { pack, inFlight, end } = sending;
  try {
    const ready = prepare(deps, pack, delivery);
    if (ready.kind !== 'ready') {
      end({ delivery, attempted: ready, durationMs: 0 });
      return undefined;
    }
    if (pack.job.data.addedAgain) deps.gates.releases.learnReleased(pack.source.shard, ready.gate);
    const passing = deps.gates.pass(pack.source.shard, ready.gate, delivery.deadlineAt);
    if (passing instanceof Promise) return goLater(deps, sending, delivery, ready, passing);
    go(deps, sending, delivery, ready, passing);
  } catch (error) {
    inFlight.fail(error);
  }
  return undefined;
}

async function goLater(
  deps: SenderDeps,
  sending: Sending,
  delivery: Delivery,
  ready: Ready,
  passing: Promise<Pass>,
): Promise<void> {
  try {
    const pass = await passing;
    if (pass.kind === 'go' && (await hasEnded(deps, sending.pack))) {
      pass.end(NOT_SENT);
      sending.end({ delivery, attempted: { kind: 'superseded' }, durationMs: 0 });
    } else go(deps, sending, delivery, ready, pass);
  } catch (error) {
    sending.inFlight.fail(error);
  }
}

const NOT_SENT: Outcome = { kind: 'withheld', reason: 'superseded' };

/** Whether a call has ended while its ring waited for its place. */
const hasEnded = async (deps: SenderDeps, { loaded }: PackInHand): Promise<boolean> =>
  loaded.accepted.event.type === 'call.initiated' && (await deps.superseded.isSuperseded(loaded, true));

function go(deps: SenderDeps, sending: Sending, delivery: Delivery, ready: Ready, pass: Pass): void {
  if (pass.kind === 'go') void send(deps, sending, delivery, ready, pass);
  else sending.end({ delivery, attempted: { kind: 'held', reason: pass.reason }, gate: ready.gate, durationMs: 0 });
}

/** What is assumed of a send that threw. */
const BUG: Outcome = { kind: 'retryable', reason: 'bug' };

/** Sends, measures, and reports to the gate how it went. Never rejects. */
async function send(
  deps: SenderDeps,
  { pack, inFlight, end }: Sending,
  delivery: Delivery,
  ready: Ready,
  pass: Pass & { kind: 'go' },
): Promise<void> {
  inFlight.begun();
  try {
    const startedAt = performance.now();
    let outcome = BUG;
    try {
      outcome = await ready.send();
    } finally {
      pass.end(outcome);
    }
    const durationMs = performance.now() - startedAt;
    deps.refusals.record(ready.subject, outcome);
    const { provider } = pack.source;
    if (outcome.kind !== 'withheld') {
      deps.metrics.sendSeconds.observe({ provider, outcome: outcome.kind }, durationMs / 1000);
    }
    const isLate = outcome.kind === 'withheld' && deps.now() >= delivery.deadlineAt;
    const attempted: Attempted = isLate ? { kind: 'expired' } : outcome;
    end({ delivery, attempted, gate: ready.gate, isTrial: pass.isTrial, durationMs: Math.round(durationMs) });
  } catch (error) {
    inFlight.fail(error);
  } finally {
    inFlight.ended();
  }
}
