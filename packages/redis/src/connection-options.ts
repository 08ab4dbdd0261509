import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { ClusterOptions, RedisOptions } from 'ioredis';
import type { RedisUrl } from './redis-url.ts';

/**
 * The use of a connection: `request` fails at once while Redis is down, so that a caller gets its 503; `worker` waits
 * for it to return, so that jobs in progress finish instead of being lost.
 */
export type RedisRole = 'request' | 'worker';

/** Options of ioredis, without the shape of replies: it is a type parameter there. */
export type ServerOptions = Omit<RedisOptions, 'replyMapping'>;
export type NodeOptions = Omit<NonNullable<ClusterOptions['redisOptions']>, 'replyMapping'>;

/** Longest pause between two attempts to reconnect. */
const MAX_RECONNECT_MS = 2000;

/**
 * How long a socket may be silent while an answer is awaited, ms, before it is replaced: a network that drops packets
 * closes no connection. `blocking` is for the connections that BullMQ duplicates to wait for jobs, 10 s at a time.
 */
export const SILENT_MS = { request: 3000, worker: 5000, blocking: 15_000 };

/** The delay after which the system probes an idle connection, ms. */
const KEEP_ALIVE_MS = 10_000;

/** The timeout for connecting, ms. */
const CONNECT_MS = 5000;

/**
 * How long a command for a node that has failed waits before it looks for the new primary of its slot, ms, and how
 * often it does. Requests give up sooner than a replica is promoted; workers wait for it.
 */
const RETRY_NODE = { request: { everyMs: 100, times: 10 }, worker: { everyMs: 200, times: Number.POSITIVE_INFINITY } };

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

/** The options of a connection to one server, directly or through Sentinel. @throws if a PEM file cannot be read. */
export function serverOptions(url: RedisUrl, role: RedisRole): ServerOptions {
  const { target, db } = url;
  const options: ServerOptions = { ...OPTIONS[role], ...credentialsOf(url), db };
  if (target.kind === 'server') return { ...options, ...target.at };
  if (target.kind === 'socket') return { ...options, path: target.path };
  if (target.kind !== 'sentinel') throw new Error('a cluster is no single server');
  const { kind, ...sentinel } = target;
  return {
    ...options,
    ...sentinel,
    // A failover is noticed by its announcement, not only once the old primary no longer answers.
    failoverDetector: true,
    sentinelRetryStrategy: OPTIONS[role].retryStrategy,
    ...(options.tls ? { sentinelTLS: options.tls, enableTLSForSentinelMode: true } : {}),
  };
}

/** The options of a connection to a cluster. @throws if a PEM file cannot be read. */
export function clusterOptions(
  url: RedisUrl,
  role: RedisRole,
): Omit<ClusterOptions, 'redisOptions'> & { redisOptions: NodeOptions } {
  const { retryStrategy, ...node } = { enableOfflineQueue: true, ...OPTIONS[role] };
  const { everyMs, times } = RETRY_NODE[role];
  return {
    redisOptions: { ...node, ...credentialsOf(url) },
    enableOfflineQueue: node.enableOfflineQueue,
    clusterRetryStrategy: retryStrategy,
    maxRedirections: times,
    retryDelayOnFailover: everyMs,
    retryDelayOnClusterDown: everyMs,
    retryDelayOnTryAgain: everyMs,
    slotsRefreshTimeout: 2000,
    // A moved slot is noticed by the answer of its old node; each refresh opens a connection.
    slotsRefreshInterval: 60_000,
    // The nodes' certificates contain their names, which must reach the check.
    ...(url.tls ? { dnsLookup: (address, found) => found(null, address) } : {}),
  };
}

function credentialsOf({ username, password, tls }: RedisUrl): Pick<ServerOptions, 'username' | 'password' | 'tls'> {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: tlsOf(tls) } : {}),
  };
}

function tlsOf({ ca, cert, key, servername }: NonNullable<RedisUrl['tls']>): ConnectionOptions {
  const files = Object.entries({ ca, cert, key }).flatMap(([name, path]) =>
    path === undefined ? [] : [[name, readFileSync(path)]],
  );
  return { ...Object.fromEntries(files), ...(servername === undefined ? {} : { servername }) };
}
