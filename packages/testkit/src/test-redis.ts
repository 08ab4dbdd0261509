import { findRedis, type RedisBinary, type RedisServer, type StartOptions, startRedis } from '@fanfare/redis-server';
import { Redis } from 'ioredis';

/** A Redis of the test's own, empty at first, and a client for it. */
export interface TestRedis extends AsyncDisposable {
  /** For the code under test: `new Redis(url)`, or REDIS_URL of another process. */
  url: string;
  /** For the test itself. Reconnects by itself when the test stops and starts the server. */
  redis: Redis;
  /** To crash, stop and start it. */
  server: RedisServer;
  /** Closes the client, stops the server and removes its data. Clients that the test opened are for the test to close. */
  [Symbol.asyncDispose](): Promise<void>;
}

let binary: Promise<RedisBinary> | undefined;

/**
 * Starts a real Redis server for one test or one test file, on a fresh temporary folder: in about a tenth of a second.
 * REDIS_URL plays no part: tests empty, crash and restart their server, which must never be somebody's.
 *
 * ```ts
 * await using redis = await startTestRedis();
 * ```
 * @throws RedisNotFoundError with the one command that helps, when there is no server to run.
 */
export async function startTestRedis(options: Pick<StartOptions, 'args' | 'port'> = {}): Promise<TestRedis> {
  binary ??= findRedis();
  const server = await startRedis({ ...options, binary: await binary });
  const redis = new Redis(server.url, { maxRetriesPerRequest: null, retryStrategy: () => 20 });
  // The test that crashes its server knows; without a listener ioredis prints each lost connection.
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
