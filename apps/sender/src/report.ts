import { deliveryId, publicAppId, type SettledState } from '@fanfare/core';
import { counter, type Gate, type HoldReason } from '@fanfare/ledger';
import type { DeliveryJob, JobInHand, NextStep } from '@fanfare/queue';
import type { AttemptRecord, SenderDeps } from './deps.ts';
import { attemptsBefore, type PackInHand, type Source } from './pack.ts';
import type { Attempt, Attempted } from './send-pack.ts';

/** What follows an attempt: what its outcome asks for, or that the delivery is held; `spent`: attempts it has cost. */
export type EndStep = NextStep | { do: 'hold'; gate: Gate; reason: HoldReason; spent: 0 | 1 };

/** An attempt that is recorded, and what follows. */
export interface Ended extends Pick<Attempt, 'delivery' | 'attempted' | 'durationMs'> {
  step: EndStep;
  /** Whether it settled the delivery: not if another worker had. */
  isNew: boolean;
}

/** Observes how long a pack waited in the queue; only for first starts, since later ones were delayed on purpose. */
export function observeWait(
  { metrics, now }: SenderDeps,
  { provider, lane }: Source,
  job: JobInHand<DeliveryJob>,
): void {
  if (job.startedBefore) return;
  metrics.queueWaitSeconds.observe({ queue: `deliveries-${provider}`, lane }, (now() - job.addedAt) / 1000);
}

/** Counts the attempts of a pack, and logs them: in one line with counts, at debug level one by one. */
export function report(deps: SenderDeps, pack: PackInHand, all: readonly Ended[]): void {
  const ended = all.filter(({ attempted, step }) => step.do === 'settle' || isAttempt(attempted));
  if (ended.length === 0) return;
  count(deps, pack, ended);
  sample(deps, pack, ended);
  const isAlone = pack.size === 1;
  if (!isAlone) logPack(deps, pack, ended);
  for (const one of ended) {
    const isRejected = one.step.do === 'settle' && one.step.state === 'rejected';
    const level = isRejected ? 'warn' : isAlone ? 'info' : 'debug';
    const isLogged = deps.log.isLevelEnabled(level);
    if (!isLogged && !deps.onAttempt) continue;
    const attempt = attemptRecord(deps, pack, one);
    if (isLogged) deps.log[level]({ ...attempt, lane: pack.source.lane }, 'delivery.attempted');
    deps.onAttempt?.(attempt);
  }
}

const isAttempt = ({ kind }: Attempted): boolean => kind !== 'held' && kind !== 'withheld';

function count({ metrics, stats, now }: SenderDeps, { source, loaded }: PackInHand, ended: readonly Ended[]): void {
  const { provider, lane } = source;
  const { appId, receivedAt } = loaded.accepted;
  const ageMs = now() - receivedAt;
  const sent = ended.filter(
    ({ attempted: { kind } }) => isAttempt({ kind } as Attempted) && kind !== 'expired' && kind !== 'superseded',
  );
  for (const [outcome, n] of tally(sent, ({ attempted }) => attempted.kind))
    metrics.attempts.inc({ provider, lane, outcome }, n);
  const settled = ended.filter(({ isNew }) => isNew);
  for (const [state, n] of tally(settled, ({ step }) => stateAfter(step) as string)) {
    metrics.deliveriesSettled.inc({ provider, lane, state }, n);
    stats.add(appId, counter.settled(provider, lane, state as SettledState), n);
    if (state === 'accepted') stats.add(appId, counter.latency(lane, ageMs), n);
  }
  const ageS = ageMs / 1000;
  for (const { step } of settled) {
    if (stateAfter(step) === 'accepted') metrics.eventToAcceptedSeconds.observe({ provider, lane }, ageS);
  }
}

/** Shows some of a pack's outcomes in the live tail. */
function sample(deps: SenderDeps, pack: PackInHand, ended: readonly Ended[]): void {
  const { appId } = pack.loaded.accepted;
  const left = { failures: deps.recent.places(appId, true), others: deps.recent.places(appId, false) };
  for (const one of ended) {
    if (left.failures + left.others === 0) return;
    const { kind } = one.attempted;
    const isFailure = kind !== 'accepted' && kind !== 'superseded';
    const which = isFailure ? 'failures' : 'others';
    if (left[which] === 0) continue;
    left[which]--;
    const { appId: _, deliveryId: __, againInMs: ___, ...shown } = attemptRecord(deps, pack, one);
    deps.recent.add(appId, isFailure, { at: deps.now(), ...shown });
  }
}

const stateAfter = (step: EndStep) => (step.do === 'settle' ? step.state : undefined);

/** How many there are of each kind. */
function tally(ended: readonly Ended[], kindOf: (one: Ended) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const one of ended) counts.set(kindOf(one), (counts.get(kindOf(one)) ?? 0) + 1);
  return counts;
}

function logPack(deps: SenderDeps, pack: PackInHand, ended: readonly Ended[]): void {
  const { accepted } = pack.loaded;
  const fields = {
    eventId: accepted.event.id,
    type: accepted.event.type,
    appId: publicAppId(accepted.appId),
    jobId: pack.job.id,
    provider: pack.source.provider,
    lane: pack.source.lane,
    attempts: Object.fromEntries(tally(ended, ({ attempted }) => attempted.kind)),
    settled: Object.fromEntries(
      tally(ended, ({ step }) => stateAfter(step) ?? (step.do === 'hold' ? 'held' : 'retrying')),
    ),
    longestMs: Math.max(...ended.map(({ durationMs }) => durationMs)),
    ageMs: deps.now() - accepted.receivedAt,
  };
  deps.log.info(fields, 'pack.attempted');
}

function attemptRecord(
  deps: SenderDeps,
  pack: PackInHand,
  { delivery, attempted, durationMs, step }: Ended,
): AttemptRecord {
  const { event, appId, receivedAt } = pack.loaded.accepted;
  const { ordinal, uid } = delivery.planned;
  return {
    eventId: event.id,
    type: event.type,
    appId: publicAppId(appId),
    deliveryId: deliveryId(pack.ref.key, ordinal),
    uid,
    provider: pack.source.provider,
    platform: delivery.recipient?.device?.platform,
    attempt: attemptsBefore(pack) + 1,
    outcome: attempted.kind,
    reason: explanationOf(attempted).reason,
    settled: stateAfter(step),
    againInMs: 'delayMs' in step ? step.delayMs : undefined,
    durationMs,
    ageMs: deps.now() - receivedAt,
  };
}

/** Why the provider did not accept it, in its words; empty if no provider rejected it. */
export function explanationOf(attempted: Attempted): { reason?: string; detail?: string } {
  switch (attempted.kind) {
    case 'accepted':
    case 'held':
    case 'superseded':
    case 'expired':
      return {};
    default: {
      const { reason, detail } = attempted;
      return detail === undefined ? { reason } : { reason, detail };
    }
  }
}
