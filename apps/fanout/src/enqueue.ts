import {
  type AcceptedEvent,
  type EventRef,
  isOpen,
  needsJob,
  type PlannedDelivery,
  type ProviderKind,
} from '@fanfare/core';
import { deliveriesOf, type PlannedSlice, readStates, settle } from '@fanfare/ledger';
import { deliveryJob } from '@fanfare/queue';
import type { FanoutDeps } from './deps.ts';

/**
 * Queues the deliveries of a planned slice. A slice planned by an earlier worker may already be partly queued or sent:
 * only open deliveries are added, marked so that the sender checks their state first. If the deadline has passed, the
 * deliveries expire here instead.
 */
export async function enqueue(
  deps: FanoutDeps,
  shard: number,
  accepted: AcceptedEvent,
  { slice, mine }: { slice: PlannedSlice; mine: boolean },
): Promise<void> {
  const planned = deliveriesOf(slice);
  const deliveries = mine ? planned : await stillOpen(deps, shard, accepted.key, planned);
  if (deliveries.length === 0) return;
  if (deps.now() >= accepted.leaveBy) return expire(deps, { shard, key: accepted.key }, accepted, deliveries);
  for (const [provider, group] of byProvider(deliveries)) {
    const jobs = group.map((delivery) =>
      deliveryJob({ shard, key: accepted.key }, delivery, mine ? {} : { addedAgain: true }),
    );
    await deps.producer.addDeliveries(shard, provider, accepted.lane, jobs);
    deps.metrics.deliveriesPlanned.inc({ provider, lane: accepted.lane }, group.length);
  }
}

async function stillOpen(
  { queueRedis }: FanoutDeps,
  shard: number,
  key: string,
  planned: PlannedDelivery[],
): Promise<PlannedDelivery[]> {
  const states = await readStates(
    queueRedis,
    { shard, key },
    planned.map((delivery) => delivery.ordinal),
  );
  return planned.filter((_, i) => needsJob(states[i] ?? 'pending'));
}

/** Settles deliveries past their deadline as expired. */
export async function expire(
  { queueRedis, metrics, now }: FanoutDeps,
  ref: EventRef,
  { appId, lane }: Pick<AcceptedEvent, 'appId' | 'lane'>,
  deliveries: PlannedDelivery[],
): Promise<void> {
  const settlements = deliveries.map(({ ordinal, provider }) => ({ ordinal, provider, state: 'expired' as const }));
  const before = await settle(queueRedis, ref, appId, settlements, now());
  deliveries.forEach(({ provider }, i) => {
    if (before[i] && isOpen(before[i])) metrics.deliveriesSettled.inc({ provider, lane, state: 'expired' });
  });
}

/** Groups deliveries by provider, keeping their order. */
export function byProvider(deliveries: readonly PlannedDelivery[]): Map<ProviderKind, PlannedDelivery[]> {
  const groups = new Map<ProviderKind, PlannedDelivery[]>();
  for (const delivery of deliveries) {
    const group = groups.get(delivery.provider);
    if (group) group.push(delivery);
    else groups.set(delivery.provider, [delivery]);
  }
  return groups;
}
