import { ConfigError } from '@fanfare/runtime';
import { Redis } from 'ioredis';
import { isClusterNode, openCluster } from './cluster.ts';
import { type RedisRole, SILENT_MS, serverOptions } from './connection-options.ts';
import { joinWrites } from './joined-writes.ts';
import { parseRedisUrl, type RedisUrl } from './redis-url.ts';

/**
 * Opens a connection and waits until it is ready, at most `waitMs`: while Redis is down the process starts anyway and
 * connects when it can. It reconnects when its server becomes a replica or its socket falls silent. Connection errors
 * go to `onError` and are never thrown. Duplicates are for blocking commands.
 *
 * A single address that turns out to be a node of a cluster leads to the others. If it was down at the start, the
 * connection fails instead of reaching only the slots of that node.
 *
 * @throws ConfigError if the URL is not valid or a file it names cannot be read.
 */
export async function connectRedis(
  url: string,
  role: RedisRole,
  onError: (error: Error) => void,
  waitMs = 5000,
): Promise<Redis> {
  const parsed = configured(() => parseRedisUrl(url));
  const { target } = parsed;
  const open = () => configured(() => openTarget(parsed, role));
  const redis = open();
  redis.on('error', onError);
  const isReady = await ready(redis, waitMs);
  if (target.kind !== 'server') return redis;
  if (!isReady) {
    refuseClusterNodes(redis, onError);
    return redis;
  }
  if (!(await isClusterNode(redis))) return redis;
  redis.disconnect();
  const cluster = openCluster([target.at], parsed, role);
  cluster.on('error', onError);
  await ready(cluster, waitMs);
  return cluster;
}

function openTarget(url: RedisUrl, role: RedisRole): Redis {
  if (url.target.kind === 'cluster') return openCluster(url.target.nodes, url, role);
  const redis = new Redis(serverOptions(url, role));
  const duplicate = redis.duplicate.bind(redis);
  redis.duplicate = (override) => duplicate(Object.assign({ socketTimeout: SILENT_MS.blocking }, override));
  joinWrites(redis);
  return redis;
}

function configured<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new ConfigError([`REDIS_URL: ${(error as Error).message}`]);
  }
}

function ready(redis: Redis, waitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), waitMs);
    redis.once('ready', () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

function refuseClusterNodes(redis: Redis, onError: (error: Error) => void): void {
  redis.once('ready', async () => {
    if (!(await isClusterNode(redis))) return;
    onError(new Error('REDIS_URL names one node of a cluster; restart now that it runs, or list several nodes'));
    redis.disconnect();
  });
}

/** The two connections of an app: to the registry, and to queues and ledger. They are the same one unless split. */
export interface RedisPair {
  registry: Redis;
  queueRedis: Redis;
  disconnect(): void;
}

/**
 * Opens both like `connectRedis`. @throws like it, leaving nothing open.
 */
export async function connectRedisPair(
  urls: { REDIS_URL: string; QUEUE_REDIS_URL?: string | undefined },
  role: RedisRole,
  onError: (error: Error) => void,
): Promise<RedisPair> {
  const registry = await connectRedis(urls.REDIS_URL, role, onError);
  const { QUEUE_REDIS_URL: queueUrl } = urls;
  if (!queueUrl) return { registry, queueRedis: registry, disconnect: () => registry.disconnect() };
  try {
    const queueRedis = await connectRedis(queueUrl, role, onError);
    const disconnect = () => {
      queueRedis.disconnect();
      registry.disconnect();
    };
    return { registry, queueRedis, disconnect };
  } catch (error) {
    registry.disconnect();
    throw error;
  }
}
