/**
 * The hash tag of a shard. All keys of an event and the shard's BullMQ queues have it, so one script may touch them
 * together on Redis Cluster.
 */
export const shardTag = (shard: number): string => `{p${shard}}`;
