import type { RedisServer } from './redis-server.ts';
import { type StartOptions, startRedis } from './start-redis.ts';

/** A Redis to use, private or external. */
export interface OpenRedis extends AsyncDisposable {
  url: string;
  /** The private server, to watch, stop and restart; undefined if REDIS_URL names another. */
  server: RedisServer | undefined;
  /** Stops and removes a private server; leaves any other alone. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The server that REDIS_URL names, if it is set and not blank (it is not contacted); else a private one, started. */
export async function redisUrlOrPrivate(
  env: Record<string, string | undefined>,
  options: StartOptions = {},
): Promise<OpenRedis> {
  const url = env.REDIS_URL?.trim();
  if (url) return { url, server: undefined, [Symbol.asyncDispose]: async () => {} };
  const server = await startRedis(options);
  return { url: server.url, server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
