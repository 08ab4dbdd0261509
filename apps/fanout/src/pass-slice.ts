import type { AcceptedEvent } from '@fanfare/core';
import { advance, counter, FencedError, type PlannedSlice, packsOf, planSlice } from '@fanfare/ledger';
import type { EventJob, JobInHand, PreparedJobs } from '@fanfare/queue';
import type { FanoutDeps } from './deps.ts';
import { byProvider, enqueue } from './enqueue.ts';
import type { EventInHand } from './plan.ts';
import { queueAdmitted } from './queue-admitted.ts';

/** A slice that was decided. */
export interface ToPass {
  number: number;
  slice: PlannedSlice;
  /** The trace of its planning, if it is traced: that of its sends. */
  traceparent: string | undefined;
}

/** The slice behind the cursor: ours, or one that an earlier worker had planned. */
export interface Passed {
  kind: 'passed';
  slice: PlannedSlice;
}

/** Nothing is written: the app has too many deliveries ready in the lane. */
export interface Full {
  kind: 'full';
}

/**
 * Plans a slice, queues its deliveries and moves the cursor past it, in one step. If an earlier worker has planned the
 * slice and not passed it, that plan is queued, and ours is dropped.
 * @throws FencedError when this worker no longer has the event.
 */
export async function passSlice(
  deps: FanoutDeps,
  inHand: EventInHand,
  { number, slice, traceparent }: ToPass,
  job: JobInHand<EventJob>,
): Promise<Passed | Full> {
  const { shard, accepted } = inHand;
  const { key, appId, lane } = accepted;
  // Past the deadline nothing is queued: the deliveries expire.
  if (deps.now() >= accepted.leaveBy) {
    const planned = await planSlice(deps.queueRedis, { shard, key }, appId, number, slice);
    if (planned.mine) countSuppressed(deps, appId, slice);
    return passPlanned(deps, inHand, { number, slice: planned.slice, traceparent }, job);
  }
  const jobs = jobsOf(deps, inHand, { number, slice, traceparent });
  const handed = await deps.handOvers.add({ shard, lane, appId }, { key, lock: job.lock, number, slice, jobs });
  if (handed.kind === 'fenced') throw new FencedError(`event ${key}: slice ${number} cannot be handed over`);
  if (handed.kind === 'full') return handed;
  if (handed.kind === 'planned') {
    return passPlanned(deps, inHand, { number, slice: handed.slice, traceparent }, job);
  }
  countSuppressed(deps, appId, slice);
  countPlanned(deps, accepted, jobs);
  return { kind: 'passed', slice };
}

/** Queues what is left of a slice that is planned already, and moves the cursor past it. */
async function passPlanned(
  deps: FanoutDeps,
  { shard, accepted }: EventInHand,
  { number, slice, traceparent }: ToPass,
  job: JobInHand<EventJob>,
): Promise<Passed> {
  const ref = { shard, key: accepted.key };
  const fence = () => {
    if (!job.holdsLock()) throw new FencedError(`event ${ref.key}: lock lost`);
  };
  await enqueue(deps, shard, accepted, { number, slice, traceparent, fence });
  const admitted = await advance(deps.queueRedis, ref, job.lock, number, slice, deps.now());
  await queueAdmitted(deps, shard, accepted.lane, admitted);
  return { kind: 'passed', slice };
}

/** The jobs of a slice, by provider: one per pack. */
function jobsOf(
  { producer }: FanoutDeps,
  { shard, accepted: { key, lane } }: EventInHand,
  { number, slice, traceparent }: ToPass,
): PreparedJobs[] {
  return [...byProvider(packsOf(slice))].map(([provider, packs]) => {
    const jobs = packs.map(({ deliveries }) => {
      const { ordinal } = deliveries[0];
      return { eventKey: key, slice: number, ordinal, count: deliveries.length, traceparent };
    });
    return producer.prepareDeliveries(shard, provider, lane, jobs);
  });
}

function countPlanned({ metrics }: FanoutDeps, { lane }: AcceptedEvent, all: readonly PreparedJobs[]): void {
  for (const { provider, jobs } of all) {
    const deliveries = jobs.reduce((n, { count }) => n + count, 0);
    metrics.deliveriesPlanned.inc({ provider, lane }, deliveries);
  }
}

function countSuppressed({ metrics, stats }: FanoutDeps, appId: string, slice: PlannedSlice): void {
  for (const recipient of slice.recipients) {
    if (recipient.kind !== 'suppress') continue;
    metrics.recipientsSuppressed.inc({ reason: recipient.reason });
    stats.add(appId, counter.suppressed(recipient.reason));
  }
}
