import { type DeliveryState, isOpen, isUnanswered } from '@fanfare/core';
import { type Gate, type RecordedAttempt, type Settlement, UNKNOWN_OUTCOME } from '@fanfare/ledger';
import { type DeliveryJob, type JobInHand, nextStep, type Step } from '@fanfare/queue';
import type { SenderDeps } from './deps.ts';
import { holdSome } from './held/hold-some.ts';
import { attemptsBefore, type PackInHand, readPack, type Source, singleOf } from './pack.ts';
import type { Recording } from './recorder.ts';
import { type Ended, type EndStep, explanationOf, observeWait, report } from './report.ts';
import { type Attempt, type Attempted, sendPack } from './send-pack.ts';

/**
 * Makes one attempt at each delivery of a pack that is not settled. Sends first and records afterwards, so that a crash
 * in between causes a second send rather than none. What must be tried again leaves a pack of several as jobs of their
 * own; the only delivery of a job has the job. Returns the next step for the job.
 */
export async function handlePack(deps: SenderDeps, source: Source, job: JobInHand<DeliveryJob>): Promise<Step> {
  const pack = await readPack(deps, source, job);
  if (!pack) return { do: 'done' };
  observeWait(deps, source, job);
  const { provider, lane } = source;
  const attributes = { 'fanfare.provider': provider, 'fanfare.lane': lane, 'fanfare.deliveries': pack.size };
  const parent = job.data.traceparent ?? pack.loaded.accepted.traceparent;
  const step = { name: 'send', parent, attributes };
  return deps.tracing.follow(step, () => handle(deps, pack));
}

async function handle(deps: SenderDeps, pack: PackInHand): Promise<Step> {
  const decided: Decided[] = [];
  try {
    await sendPack(deps, pack, (attempt) => decided.push(decide(deps, pack, attempt)));
  } finally {
    deps.recorder.flush();
  }
  const ended = await recorded(decided);
  report(deps, pack, ended);
  return leave(deps, pack, ended);
}

/** An attempt, what follows, and what is being recorded of it. */
interface Decided {
  attempt: Attempt;
  step: EndStep;
  recording: Recording | undefined;
}

/** Decides what follows an attempt, and records it. */
function decide(deps: SenderDeps, pack: PackInHand, attempt: Attempt): Decided {
  const step = endOf(deps, pack, attempt);
  // Nothing was sent, so there is nothing to record. Without the lock, another worker settles the delivery.
  if (isUntried(attempt.attempted) && step.do !== 'settle') return { attempt, step, recording: undefined };
  const settlement = settlementOf(deps, pack, attempt, step);
  return { attempt, step, recording: deps.recorder.record(pack.ref, pack.loaded.accepted.appId, settlement) };
}

/** Waits until everything is recorded. */
async function recorded(decided: readonly Decided[]): Promise<Ended[]> {
  const before = new Map<Recording['before'], readonly DeliveryState[]>();
  for (const { recording } of decided) {
    if (recording && !before.has(recording.before)) before.set(recording.before, await recording.before);
  }
  return decided.map(({ attempt: { delivery, attempted, durationMs }, step, recording }) => {
    const state = recording && before.get(recording.before)?.[recording.index];
    const isNew = step.do === 'settle' && state !== undefined && isOpen(state);
    return { delivery, attempted, durationMs, step, isNew };
  });
}

const isUntried = ({ kind }: Attempted): boolean => kind === 'held' || kind === 'withheld';

/**
 * What follows an attempt. What has to wait is held, without a job, if its endpoint or credential is paused for all.
 */
function endOf(deps: SenderDeps, pack: PackInHand, attempt: Attempt): EndStep {
  const { delivery, attempted, gate } = attempt;
  if (attempted.kind === 'expired' || attempted.kind === 'superseded') return { do: 'settle', state: attempted.kind };
  if (attempted.kind === 'held') return { do: 'hold', gate: gate as Gate, reason: attempted.reason, spent: 0 };
  const step = nextStep(attempted, {
    lane: pack.source.lane,
    provider: pack.source.provider,
    attemptsMade: attemptsBefore(pack),
    now: deps.now(),
    deadlineAt: delivery.deadlineAt,
    random: deps.random(),
  });
  const isPaused = gate !== undefined && deps.gates.isOpen(pack.source.shard, gate);
  if (!isPaused || isUntried(attempted)) return step;
  if (step.do === 'wait') return { do: 'hold', gate, reason: 'open', spent: 0 };
  if (step.do !== 'retry') return step;
  // A trial spends no attempt: trials are frequent.
  if (attempt.isTrial) return { do: 'hold', gate, reason: 'open', spent: 0 };
  return isOfEndpoint(attempt) ? { do: 'hold', gate, reason: 'open', spent: 1 } : step;
}

/** Whether an attempt failed because of the endpoint alone: then the gate says when to try again, not the delivery. */
const isOfEndpoint = ({ attempted }: Attempt): boolean =>
  attempted.kind === 'retryable' && isUnanswered(attempted.reason);

function settlementOf(deps: SenderDeps, pack: PackInHand, { delivery, attempted }: Attempt, step: EndStep): Settlement {
  const { ordinal, uid, deviceId } = delivery.planned;
  const { provider } = pack.source;
  const attempts = attemptsToRecord(pack, attempted, step, deps.now());
  if (step.do !== 'settle') return { ordinal, provider, attempts, state: 'retrying' };
  if (step.state !== 'rejected') return { ordinal, provider, attempts, state: step.state };
  return {
    ordinal,
    provider,
    attempts,
    state: 'rejected',
    deadLetter: {
      eventId: pack.loaded.accepted.event.id,
      uid,
      provider,
      deviceId,
      slice: pack.job.data.slice,
      reason: step.reason,
      detail: step.detail,
      attempts: attemptsBefore(pack) + 1,
    },
  };
}

function attemptsToRecord(pack: PackInHand, attempted: Attempted, step: EndStep, at: number): RecordedAttempt[] {
  const attempts: RecordedAttempt[] = [];
  if (isInDoubt(pack, attempted)) attempts.push({ at, outcome: UNKNOWN_OUTCOME, reason: 'sender_lost' });
  if (isRecorded(pack, attempted, step)) attempts.push({ at, outcome: attempted.kind, ...explanationOf(attempted) });
  return attempts;
}

/** Whether a delivery that is not sent now may have been sent by a sender that died before recording anything. */
const isInDoubt = ({ job }: PackInHand, { kind }: Attempted): boolean =>
  job.lostBefore && (kind === 'expired' || kind === 'superseded');

/** Outcomes that, for an only attempt, say no more than the delivery's state or dead letter. */
const SAID_BY_STATE: ReadonlySet<Attempted['kind']> = new Set([
  ...(['accepted', 'rejected', 'expired', 'superseded'] as const),
  // No attempt was made.
  ...(['held', 'withheld'] as const),
]);

const isRecorded = (pack: PackInHand, { kind }: Attempted, step: EndStep): boolean =>
  step.do !== 'settle' || attemptsBefore(pack) > 0 || !SAID_BY_STATE.has(kind);

/**
 * What is left of a pack: what is to be held is; a delivery that was tried and is to be tried again gets a job of its
 * own, unless it is the only one; those not tried stay, and the pack waits for them.
 */
async function leave(deps: SenderDeps, pack: PackInHand, all: readonly Ended[]): Promise<Step> {
  const ended = await holdSome(deps, pack, all);
  const [only] = ended;
  if (pack.size === 1 && only && isNext(only.step)) return only.step;
  const untried = ended.flatMap(({ attempted, step }) => (isUntried(attempted) && isNext(step) ? step.delayMs : []));
  await addSingles(deps, pack, ended);
  return untried.length === 0 ? { do: 'done' } : { do: 'wait', delayMs: Math.min(...untried) };
}

const isNext = (step: EndStep): step is EndStep & { do: 'wait' | 'retry' } => step.do === 'wait' || step.do === 'retry';

/**
 * Adds the jobs of deliveries that leave the pack. Those that left it before have theirs, unless a sender died before
 * adding them: their ids are the same, so adding them again changes nothing.
 */
async function addSingles(deps: SenderDeps, pack: PackInHand, ended: readonly Ended[]): Promise<void> {
  const { source, retrying } = pack;
  const spent = attemptsBefore(pack);
  const leaving = ended.flatMap(({ delivery: { planned }, attempted, step }) =>
    isNext(step) && !isUntried(attempted)
      ? { ...singleOf(pack, planned.ordinal, spent + (step.do === 'retry' ? 1 : 0)), delayMs: step.delayMs }
      : [],
  );
  const left = retrying.map(({ ordinal }) => singleOf(pack, ordinal));
  await deps.producer.addDeliveries(source.shard, source.provider, source.lane, [...leaving, ...left]);
}
