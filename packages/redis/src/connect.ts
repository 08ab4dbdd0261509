import { Redis, type RedisOptions } from 'ioredis';
import { joinWrites } from './joined-writes.ts';

/**
 * The use of a connection: `request` fails at once while Redis is down, so that a caller gets its 503; `worker` waits
 * for it to return, so that jobs in progress finish instead of being lost.
 */
export type RedisRole = 'request' | 'worker';

/** Longest pause between two attempts to reconnect. */
const MAX_RECONNECT_MS = 2000;

/**
 * How long a socket may be silent while an answer is awaited, ms, before it is replaced: a network that drops packets
 * closes no connection. `blocking` is for the connections that BullMQ duplicates to wait for jobs, 10 s at a time.
 */
const SILENT_MS = { request: 3000, worker: 5000, blocking: 15_000 };

/** The delay after which the system probes an idle connection, ms. */
const KEEP_ALIVE_MS = 10_000;

/** The timeout for connecting, ms. */
const CONNECT_MS = 5000;

/**
 * A server that has become a replica refuses writes, also those of a script, and its address now leads to another
 * server: reconnect. The refused command fails; resending it alone would tear it out of its transaction.
 */
const isReplica = (error: Error): boolean => error.message.includes('READONLY');

const COMMON = { keepAlive: KEEP_ALIVE_MS, connectTimeout: CONNECT_MS, reconnectOnError: isReplica };

const OPTIONS = {
  request: {
    ...COMMON,
    socketTimeout: SILENT_MS.request,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 2000,
    retryStrategy: (times: number) => Math.min(50 * 2 ** times, MAX_RECONNECT_MS),
  },
  worker: {
    ...COMMON,
    socketTimeout: SILENT_MS.worker,
    maxRetriesPerRequest: null,
    retryStrategy: (times: number) => Math.min(100 * 2 ** times, MAX_RECONNECT_MS),
  },
} satisfies Record<RedisRole, RedisOptions>;

/**
 * Opens a connection and waits until it is ready, at most `waitMs`: while Redis is down the process starts anyway and
 * connects when it can. It reconnects when its server becomes a replica or its socket falls silent. Connection errors
 * go to `onError` and are never thrown. Duplicates are for blocking commands.
 *
 * @throws if the URL does not name a single server.
 */
export async function connectRedis(
  url: string,
  role: RedisRole,
  onError: (error: Error) => void,
  waitMs = 5000,
): Promise<Redis> {
  if (url.includes(',')) throw new Error('REDIS_URL: a list of servers (Redis Cluster) is not supported yet');
  const redis = new Redis(url, OPTIONS[role]);
  const duplicate = redis.duplicate.bind(redis);
  redis.duplicate = (override) => duplicate(Object.assign({ socketTimeout: SILENT_MS.blocking }, override));
  redis.on('error', onError);
  joinWrites(redis);
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, waitMs);
    redis.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  return redis;
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
