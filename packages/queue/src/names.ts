import type { Lane, ProviderKind } from '@fanfare/core';
import { shardTag } from '@fanfare/redis';

/** The queues: one of events to expand, one of deliveries per provider. Each has a BullMQ queue per lane and shard. */
export type QueueKind = 'events' | `deliveries-${ProviderKind}`;

/** The name of a lane's BullMQ queue, e.g. `deliveries-custom-call`. */
export const queueName = (kind: QueueKind, lane: Lane): string => `${kind}-${lane}`;

/** The prefix of the keys of a BullMQ queue. */
export const queueKeys = (kind: QueueKind, lane: Lane, shard: number): string =>
  `${shardTag(shard)}:${queueName(kind, lane)}:`;
