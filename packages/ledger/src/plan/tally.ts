import type { ProviderKind, SuppressionReason } from '@fanfare/core';
import { deliveriesOf, type PlannedSlice } from './planned-slice.ts';

/** What is counted of a slice: why users are not notified, and deliveries by provider and in all. */
export function tally(slice: PlannedSlice) {
  const reasons = new Map<SuppressionReason, number>();
  const providers = new Map<ProviderKind, number>();
  const deliveries = deliveriesOf(slice);
  const count = <K>(map: Map<K, number>, key: K) => map.set(key, (map.get(key) ?? 0) + 1);
  for (const recipient of slice.recipients) if (recipient.kind === 'suppress') count(reasons, recipient.reason);
  for (const { provider } of deliveries) count(providers, provider);
  return { reasons, providers, deliveries: deliveries.length };
}
