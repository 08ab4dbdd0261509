import { Cluster, type Redis } from 'ioredis';
import { clusterOptions, type NodeOptions, type RedisRole, SILENT_MS } from './connection-options.ts';
import { joinWrites } from './joined-writes.ts';
import type { Address, RedisUrl } from './redis-url.ts';
import { sampleReady } from './sample-ready.ts';
import { spanNodes } from './span-nodes.ts';

/**
 * A client of a Redis Cluster. It has the commands of a single server's, pipelines over all nodes included, and is
 * typed like one; a command, script or transaction whose keys are in several slots is refused by Redis.
 */
export function openCluster(nodes: readonly Address[], url: RedisUrl, role: RedisRole): Redis {
  return asRedis(new Cluster([...nodes], clusterOptions(url, role)));
}

function asRedis(cluster: Cluster): Redis {
  spanNodes(cluster);
  sampleReady(cluster);
  cluster.on('+node', joinWrites);
  const duplicate = cluster.duplicate.bind(cluster);
  // BullMQ duplicates a cluster with these arguments.
  const twin = (nodes: [] | undefined, options: { redisOptions?: NodeOptions } = {}) =>
    asRedis(
      duplicate(nodes, {
        ...options,
        redisOptions: { socketTimeout: SILENT_MS.blocking, ...options.redisOptions },
      }),
    );
  cluster.duplicate = twin as unknown as typeof cluster.duplicate;
  return cluster as unknown as Redis;
}

/** Another connection like this one, to a single server or a cluster, with these options changed. */
export function duplicateRedis(redis: Redis, options: NodeOptions): Redis {
  if (!redis.isCluster) return redis.duplicate(options);
  return (redis as unknown as Cluster).duplicate([], { redisOptions: options }) as unknown as Redis;
}

/** Whether a server belongs to a cluster; false if it does not say. */
export async function isClusterNode(redis: Redis): Promise<boolean> {
  const enabled = await redis
    .info('cluster')
    .then((info) => /^cluster_enabled:(\d)/m.exec(info)?.[1])
    .catch(() => undefined);
  if (enabled !== undefined) return enabled === '1';
  return redis
    .cluster('SLOTS')
    .then((slots) => slots.length > 0)
    .catch(() => false);
}
