import { Redis, type RedisOptions } from 'ioredis';

/**
 * What a connection is for: `request` fails at once when Redis is away, so that a caller gets its 503; `worker` waits
 * for it to come back, so that work in hand is finished rather than lost.
 */
export type RedisRole = 'request' | 'worker';

/** Longest pause between two attempts to connect again. */
const MAX_RECONNECT_MS = 2000;

/**
 * How long a socket may be silent while an answer is awaited, ms, before it is replaced: a network that drops packets
 * closes nothing. `blocking` is for the connections that BullMQ duplicates to wait for jobs, 10 s at a time.
 */
const SILENT_MS = { request: 3000, worker: 5000, blocking: 15_000 };

/** How soon, ms, the system probes a connection on which nothing happens. */
const KEEP_ALIVE_MS = 10_000;

/** How long connecting may take, ms. */
const CONNECT_MS = 5000;

/**
 * A server that has become a replica refuses writes, also those of a script, and is no longer the one its address leads
 * to: connect again. The refused command fails; to send it again by itself would tear it out of its transaction.
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
 * Opens a connection and waits until it is ready, at most `waitMs`: with Redis away the process starts all the same and
 * connects when it can. It connects again when its server becomes a replica or its socket falls silent. Connection
 * errors go to `onError`; they never throw. A duplicate is for blocking commands.
 * @throws when the URL is not one of a single server.
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
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, waitMs);
    redis.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  return redis;
}

/** The two connections of an app: to the registry, and to queues and ledger; one and the same unless split. */
export interface RedisPair {
  registry: Redis;
  queueRedis: Redis;
  disconnect(): void;
}

/** Opens both as `connectRedis` does. @throws as it does, leaving nothing open. */
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
