import { setTimeout } from 'node:timers/promises';
import {
  deliveryId,
  type EventRef,
  isOpen,
  type Lane,
  type Outcome,
  type ProviderKind,
  publicAppId,
} from '@fanfare/core';
import { readStates, recordAttempt, type Settlement, settle, UNKNOWN_OUTCOME } from '@fanfare/ledger';
import { type DeliveryJob, type JobInHand, type NextStep, nextStep, type Step } from '@fanfare/queue';
import { deadlineOfDelivery } from './deadline.ts';
import type { SenderDeps } from './deps.ts';
import type { LoadedEvent } from './event-cache.ts';
import { type Sent, send } from './send.ts';

/** The queue a delivery came from. */
export interface Source {
  shard: number;
  lane: Lane;
  provider: ProviderKind;
}

/** A delivery in progress. */
interface InHand {
  source: Source;
  ref: EventRef;
  job: JobInHand<DeliveryJob>;
  loaded: LoadedEvent;
  /** Not sent after this time, epoch ms. */
  deadlineAt: number;
}

/** The result of an attempt: an answer, a wait for the endpoint, or nothing because it is too late. */
type Attempted = Sent | { kind: 'expired'; platform?: never };

/**
 * Makes one attempt at a delivery, unless it is too late or already settled. Sends first and records afterwards, so
 * that a crash in between causes a second send rather than none. Returns the next step for the job.
 */
export async function handleDelivery(deps: SenderDeps, source: Source, job: JobInHand<DeliveryJob>): Promise<Step> {
  const ref = { shard: source.shard, key: job.data.eventKey };
  const loaded = await deps.events.get(ref);
  if (!loaded) return { do: 'done' };
  const deadlineAt = await deadlineOfDelivery(deps, loaded, source.provider, job.data);
  const inHand: InHand = { source, ref, job, loaded, deadlineAt };
  if (await isSettled(deps, inHand)) return { do: 'done' };
  const startedAt = deps.now();
  observeWait(deps, source, job);
  const attempted = await attempt(deps, inHand);
  const step = stepAfter(deps, inHand, attempted);
  // Nothing was sent, so there is nothing to record. Without the lock, another worker settles the job.
  if ((attempted.kind === 'deferred' || attempted.kind === 'withheld') && step.do !== 'settle') return step;
  await retryRecording(() => record(deps, inHand, attempted, step));
  report(deps, inHand, attempted, step, startedAt);
  return step.do === 'settle' ? { do: 'done' } : step;
}

/** How often, and at what interval, recording a sent delivery is retried. */
const RECORD_TRIES = 10;
const RECORD_PAUSE_MS = 500;

/** Retries recording if Redis fails, e.g. because it is full: giving up would mean sending again. */
async function retryRecording(act: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await act();
    } catch (error) {
      if (tries === RECORD_TRIES) throw error;
      await setTimeout(RECORD_PAUSE_MS);
    }
  }
}

/**
 * Observes how long a delivery waited in the queue; only for first starts, since later ones were delayed on purpose.
 */
function observeWait({ metrics, now }: SenderDeps, { provider, lane }: Source, job: JobInHand<DeliveryJob>): void {
  if (job.startedBefore) return;
  metrics.queueWaitSeconds.observe({ queue: `deliveries-${provider}`, lane }, (now() - job.addedAt) / 1000);
}

/**
 * Whether the delivery is settled. Checked only if the job was started or added before, and for calls, to avoid a
 * second ring.
 */
async function isSettled({ queueRedis }: SenderDeps, { source, ref, job }: InHand): Promise<boolean> {
  if (!job.startedBefore && !job.data.addedAgain && source.lane !== 'call') return false;
  const [state = 'pending'] = await readStates(queueRedis, ref, [job.data.ordinal]);
  return !isOpen(state);
}

async function attempt(deps: SenderDeps, { source, job, loaded, deadlineAt }: InHand): Promise<Attempted> {
  if (deps.now() >= deadlineAt) return { kind: 'expired' };
  const labels = { provider: source.provider, lane: source.lane };
  const endTimer = deps.metrics.sendSeconds.startTimer({ provider: source.provider });
  deps.metrics.inflight.inc(labels);
  try {
    const again = job.startedBefore || job.data.addedAgain === true;
    const mayLeave = () => deps.now() < deadlineAt && job.holdsLock();
    const sent = await send(deps, loaded, { ...source, again }, job.data, { deadlineAt, mayLeave });
    if (sent.kind === 'withheld' && deps.now() >= deadlineAt) return { kind: 'expired' };
    if (sent.kind === 'deferred' || sent.kind === 'withheld' || sent.kind === 'superseded') return sent;
    endTimer({ outcome: sent.kind });
    deps.metrics.attempts.inc({ ...labels, outcome: sent.kind });
    return sent;
  } finally {
    deps.metrics.inflight.dec(labels);
  }
}

function stepAfter(deps: SenderDeps, { source, job, deadlineAt }: InHand, attempted: Attempted): NextStep {
  if (attempted.kind === 'expired' || attempted.kind === 'superseded') return { do: 'settle', state: attempted.kind };
  const outcome: Outcome =
    attempted.kind === 'deferred'
      ? { kind: 'throttled', retryAfterMs: attempted.delayMs, reason: 'endpoint_busy' }
      : attempted;
  return nextStep(outcome, {
    lane: source.lane,
    provider: source.provider,
    attemptsMade: job.attemptsMade,
    now: deps.now(),
    deadlineAt,
    random: deps.random(),
  });
}

async function record(deps: SenderDeps, inHand: InHand, attempted: Attempted, step: NextStep): Promise<void> {
  const { source, ref, job, loaded } = inHand;
  const ordinal = job.data.ordinal;
  if (isInDoubt(job, attempted)) {
    const lost = { at: deps.now(), outcome: UNKNOWN_OUTCOME, reason: 'sender_lost' };
    await recordAttempt(deps.queueRedis, ref, ordinal, lost);
  }
  if (isRecorded(job, attempted, step)) {
    const attempt = { at: deps.now(), outcome: attempted.kind, ...explanationOf(attempted) };
    await recordAttempt(deps.queueRedis, ref, ordinal, attempt);
  }
  if (step.do !== 'settle') return;
  const { lane, provider } = source;
  const [before = 'pending'] = await settle(
    deps.queueRedis,
    ref,
    loaded.accepted.appId,
    [settlement(inHand, step)],
    deps.now(),
  );
  if (!isOpen(before)) return;
  deps.metrics.deliveriesSettled.inc({ provider, lane, state: step.state });
  if (step.state !== 'accepted') return;
  deps.metrics.eventToAcceptedSeconds.observe({ provider, lane }, (deps.now() - loaded.accepted.receivedAt) / 1000);
}

/** Whether a delivery that is not sent now may have been sent by a sender that died before recording anything. */
const isInDoubt = ({ lostBefore }: JobInHand<DeliveryJob>, { kind }: Attempted): boolean =>
  lostBefore && (kind === 'expired' || kind === 'superseded');

/** Outcomes that, for an only attempt, say no more than the delivery's state or dead letter. */
const SAID_BY_STATE: ReadonlySet<Attempted['kind']> = new Set([
  ...(['accepted', 'rejected', 'expired', 'superseded'] as const),
  // No attempt was made.
  ...(['deferred', 'withheld'] as const),
]);

const isRecorded = ({ attemptsMade }: JobInHand<DeliveryJob>, { kind }: Attempted, step: NextStep): boolean =>
  step.do !== 'settle' || attemptsMade > 0 || !SAID_BY_STATE.has(kind);

/** Why the provider did not accept it, in its words; empty if no provider rejected it. */
function explanationOf(attempted: Attempted): { reason?: string; detail?: string } {
  switch (attempted.kind) {
    case 'accepted':
    case 'deferred':
    case 'superseded':
    case 'expired':
      return {};
    default: {
      const { reason, detail } = attempted;
      return detail === undefined ? { reason } : { reason, detail };
    }
  }
}

function settlement({ source, job, loaded }: InHand, step: NextStep & { do: 'settle' }): Settlement {
  const base = { ordinal: job.data.ordinal, provider: source.provider };
  if (step.state !== 'rejected') return { ...base, state: step.state };
  return {
    ...base,
    state: 'rejected',
    deadLetter: {
      eventId: loaded.accepted.event.id,
      uid: job.data.uid,
      provider: source.provider,
      deviceId: job.data.deviceId,
      reason: step.reason,
      detail: step.detail,
      attempts: job.attemptsMade + 1,
    },
  };
}

/** Logs the attempt and calls `onAttempt`. */
function report(deps: SenderDeps, inHand: InHand, attempted: Attempted, step: NextStep, startedAt: number): void {
  const { source, job, loaded } = inHand;
  const { event, appId, receivedAt } = loaded.accepted;
  const settled = step.do === 'settle' ? step.state : undefined;
  const fields = {
    eventId: event.id,
    type: event.type,
    appId: publicAppId(appId),
    deliveryId: deliveryId(job.data.eventKey, job.data.ordinal),
    uid: job.data.uid,
    provider: source.provider,
    platform: attempted.platform,
    attempt: job.attemptsMade + 1,
    outcome: attempted.kind,
    reason: explanationOf(attempted).reason,
    settled,
    againInMs: step.do === 'settle' ? undefined : step.delayMs,
    durationMs: deps.now() - startedAt,
    ageMs: deps.now() - receivedAt,
  };
  deps.log[settled === 'rejected' ? 'warn' : 'info']({ ...fields, lane: source.lane }, 'delivery.attempted');
  deps.onAttempt(fields);
}
