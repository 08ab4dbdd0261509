import { findRedis, type RedisBinary, type RedisServer, type StartOptions, startRedis } from '@fanfare/redis-server';
import { Redis } from 'ioredis';
import { startClusterAsServer } from './cluster-as-server.ts';

/** A private Redis for a test, empty at first, with a client. */
export interface TestRedis extends AsyncDisposable {
  /** For the code under test: `new Redis(url)`, or REDIS_URL of another process. */
  url: string;
  /** For the test itself. Reconnects when the test restarts the server. */
  redis: Redis;
  /** To crash, stop and start the server. */
  server: RedisServer;
  /** Closes the client, stops the server and removes its data. The test closes clients that it opened itself. */
  [Symbol.asyncDispose](): Promise<void>;
}

let binary: Promise<RedisBinary> | undefined;

/** How a test's Redis is started: on a port in place of a socket, or with more command-line arguments. */
export interface TestRedisOptions extends Pick<StartOptions, 'args' | 'port'> {
  /** Why the test needs a single server, also where the others run on a cluster; nothing reads it but people. */
  oneServer?: string;
}

/**
 * Starts a real Redis server for one test or one test file, on a new temporary folder, in about a tenth of a second.
 * With TEST_REDIS=cluster, a cluster of three instead, unless it is called with options: those are for a single server.
 *
 * ```ts
 * await using redis = await startTestRedis();
 * ```
 * @throws RedisNotFoundError with the one command that helps, if there is no server to run.
 */
export async function startTestRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  if (process.env.TEST_REDIS === 'cluster' && Object.keys(options).length === 0) return startClusterAsServer();
  binary ??= findRedis();
  const { oneServer: _, ...start } = options;
  const server = await startRedis({ ...start, binary: await binary });
  const redis = new Redis(server.url, { maxRetriesPerRequest: null, retryStrategy: () => 20 });
  // A test that crashes its server expects this; without a listener, ioredis prints each lost connection.
  redis.on('error', () => {});
  return {
    url: server.url,
    redis,
    server,
    async [Symbol.asyncDispose]() {
      redis.disconnect();
      await server[Symbol.asyncDispose]();
    },
  };
}
