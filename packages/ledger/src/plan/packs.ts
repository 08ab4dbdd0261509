import { type DeliveryState, isOpen, type PlannedDelivery, type ProviderKind } from '@fanfare/core';
import { deliveriesOf, type PlannedSlice } from './planned-slice.ts';

/** Deliveries of a slice that one job sends: of one provider and credential, in the order of their ordinals. */
export interface Pack {
  provider: ProviderKind;
  deliveries: readonly [PlannedDelivery, ...PlannedDelivery[]];
}

/** A job that a slice should have: its first ordinal and how many deliveries it covers, and those still open. */
export interface OpenJob {
  provider: ProviderKind;
  ordinal: number;
  count: number;
  open: PlannedDelivery[];
}

/** The packs of a slice; the same for every process, since the slice stores their size. */
export function packsOf(slice: PlannedSlice): Pack[] {
  return groupsOf(deliveriesOf(slice)).flatMap((group) => {
    const packs: Pack[] = [];
    for (let from = 0; from < group.length; from += slice.packSize) {
      const [first, ...others] = group.slice(from, from + slice.packSize);
      if (first) packs.push({ provider: first.provider, deliveries: [first, ...others] });
    }
    return packs;
  });
}

/**
 * The jobs that must exist for the open deliveries of a slice, given all its states in order. A retrying delivery has
 * left its pack: it has a job of its own.
 */
export function openJobs(slice: PlannedSlice, states: readonly DeliveryState[]): OpenJob[] {
  const stateOf = ({ ordinal }: PlannedDelivery) => states[ordinal - slice.first] ?? 'pending';
  return packsOf(slice).flatMap(({ provider, deliveries }) => {
    const open = deliveries.filter((delivery) => isOpen(stateOf(delivery)));
    const pending = open.filter((delivery) => stateOf(delivery) === 'pending');
    const alone = open.filter((delivery) => stateOf(delivery) === 'retrying');
    const jobs: OpenJob[] = alone.map((one) => ({ provider, ordinal: one.ordinal, count: 1, open: [one] }));
    const { ordinal } = deliveries[0];
    return pending.length > 0 ? [{ provider, ordinal, count: deliveries.length, open: pending }, ...jobs] : jobs;
  });
}

/**
 * The deliveries of a job, among all of its slice: from the one at `ordinal` on, the next `count` with the same
 * provider and provider id. Empty if the slice has no such delivery.
 */
export function deliveriesIn(
  all: readonly PlannedDelivery[],
  { ordinal, count }: { ordinal: number; count: number },
): PlannedDelivery[] {
  const at = ordinal - (all[0]?.ordinal ?? 0);
  const first = all[at];
  if (!first) return [];
  const found = [first];
  for (let i = at + 1; found.length < count && i < all.length; i++) {
    const one = all[i] as PlannedDelivery;
    if (one.provider === first.provider && one.providerId === first.providerId) found.push(one);
  }
  return found;
}

/** Deliveries by provider and provider id, each group in order. */
function groupsOf(deliveries: readonly PlannedDelivery[]): PlannedDelivery[][] {
  const groups = new Map<string, PlannedDelivery[]>();
  for (const delivery of deliveries) {
    const id = groupId(delivery);
    const group = groups.get(id);
    if (group) group.push(delivery);
    else groups.set(id, [delivery]);
  }
  return [...groups.values()];
}

const groupId = ({ provider, providerId = '' }: PlannedDelivery): string => `${provider} ${providerId}`;
