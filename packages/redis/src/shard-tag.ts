/**
 * The hash tag of a shard: everything about an event, and the shard's BullMQ queues, carry it, so that one script may
 * touch them together on Redis Cluster.
 */
export const shardTag = (shard: number): string => `{p${shard}}`;
