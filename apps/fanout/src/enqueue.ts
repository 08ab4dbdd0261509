import { type AcceptedEvent, type EventRef, isOpen, type PlannedDelivery, type ProviderKind } from '@fanfare/core';
import { admitWaiting, counter, type PlannedSlice, readOpenJobs, settle } from '@fanfare/ledger';
import type { FanoutDeps } from './deps.ts';
import { queueAdmitted } from './queue-admitted.ts';

/** A planned slice to queue. */
export interface ToQueue {
  /** Its number. */
  number: number;
  slice: PlannedSlice;
  /** The trace of its planning, if it is traced: that of its sends. */
  traceparent?: string | undefined;
  /** Throws when this worker may no longer queue it. */
  fence(): void;
}

/**
 * Queues what is left of a slice that is planned already: an earlier worker may have queued or sent some of it. Only
 * jobs of open deliveries are added, marked as late, before all others. If the deadline has passed, the deliveries
 * expire here instead.
 */
export async function enqueue(
  deps: FanoutDeps,
  shard: number,
  accepted: AcceptedEvent,
  { number, slice, traceparent, fence }: ToQueue,
): Promise<void> {
  const ref = { shard, key: accepted.key };
  const jobs = await readOpenJobs(deps.queueRedis, ref, slice);
  const open = jobs.flatMap((job) => job.open);
  if (open.length === 0) return;
  if (deps.now() >= accepted.leaveBy) return void (await expire(deps, ref, accepted, open));
  for (const [provider, group] of byProvider(jobs)) {
    const added = group.map(({ ordinal, count }) => {
      const addedAgain = true as const;
      return { eventKey: accepted.key, slice: number, ordinal, count, addedAgain, traceparent };
    });
    await deps.producer.addDeliveries(shard, provider, accepted.lane, added, fence);
    const deliveries = group.reduce((n, job) => n + job.open.length, 0);
    deps.metrics.deliveriesPlanned.inc({ provider, lane: accepted.lane }, deliveries);
  }
}

/** Settles deliveries past their deadline as expired. Returns how many were open until now. */
export async function expire(
  deps: FanoutDeps,
  ref: EventRef,
  { appId, lane }: Pick<AcceptedEvent, 'appId' | 'lane'>,
  deliveries: readonly Pick<PlannedDelivery, 'ordinal' | 'provider'>[],
): Promise<number> {
  const { queueRedis, metrics, stats, now } = deps;
  const settlements = deliveries.map(({ ordinal, provider }) => ({ ordinal, provider, state: 'expired' as const }));
  const before = await settle(queueRedis, ref, appId, settlements, now());
  const expired = deliveries.filter((_, i) => before[i] && isOpen(before[i]));
  for (const { provider } of expired) {
    metrics.deliveriesSettled.inc({ provider, lane, state: 'expired' });
    stats.add(appId, counter.settled(provider, lane, 'expired'));
  }
  const [admitted] = await admitWaiting(queueRedis, [{ shard: ref.shard, lane, appId }], now());
  await queueAdmitted(deps, ref.shard, lane, admitted?.events ?? []);
  return expired.length;
}

/** Groups jobs or packs by provider, keeping their order. */
export function byProvider<T extends { provider: ProviderKind }>(jobs: readonly T[]): Map<ProviderKind, T[]> {
  const groups = new Map<ProviderKind, T[]>();
  for (const job of jobs) {
    const group = groups.get(job.provider);
    if (group) group.push(job);
    else groups.set(job.provider, [job]);
  }
  return groups;
}
