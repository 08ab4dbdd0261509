import type { ProcessEnd } from './tied-process.ts';

/** How a run of the server ended. */
export interface RedisExit extends ProcessEnd {
  /** By our `stop` or `kill`. Otherwise the server ended by itself, and a supervisor would start it again. */
  expected: boolean;
}

/**
 * A private Redis server.
 * States: running -> stopped (`stop`, `kill`, or the server ended by itself) -> running (`start`) -> … -> disposed.
 */
export interface RedisServer extends AsyncDisposable {
  /** For `new Redis(url)` of ioredis, or as REDIS_URL for another process. The same over restarts. */
  readonly url: string;
  /** Of the server itself, now or last. */
  readonly pid: number;
  /** Holds the data, the configuration and the server's log (`redis.log`); mode 0700. */
  readonly folder: string;
  /** Resolves when the present run ends, for whatever reason; a restart makes a new promise. Never rejects. */
  readonly exited: Promise<RedisExit>;
  /** Ends the server in good order: SIGTERM, and SIGKILL after five seconds. Keeps the data. Does nothing when stopped. */
  stop(): Promise<void>;
  /** SIGKILL, as a crash would. Keeps the data. Does nothing when stopped. */
  kill(): Promise<void>;
  /** Starts it again on the same data and the same url; resolves when it answers. Does nothing when running. */
  start(): Promise<void>;
  /** Stops it and removes what is temporary: the data too, unless a folder was given. So does the end of our process. */
  [Symbol.asyncDispose](): Promise<void>;
}
