import type { ProcessEnd } from './tied-process.ts';

/** How a run of the server ended. */
export interface RedisExit extends ProcessEnd {
  /** True if `stop` or `kill` ended it; false if it ended by itself and a supervisor should restart it. */
  expected: boolean;
}

/**
 * A private Redis server.
 * States: running -> stopped (`stop`, `kill`, or the server ended by itself) -> running (`start`) -> … -> disposed.
 */
export interface RedisServer extends AsyncDisposable {
  /** For `new Redis(url)` of ioredis, or as REDIS_URL of another process. Stays the same over restarts. */
  readonly url: string;
  /** The process id of the server, current or last. */
  readonly pid: number;
  /** The folder for data, configuration and the server's log (`redis.log`); mode 0700. */
  readonly folder: string;
  /** Resolves when the current run ends for any reason; a restart makes a new promise. Never rejects. */
  readonly exited: Promise<RedisExit>;
  /** Stops the server cleanly: SIGTERM, then SIGKILL after five seconds. Keeps the data. Does nothing if stopped. */
  stop(): Promise<void>;
  /** Sends SIGKILL, like a crash. Keeps the data. Does nothing if stopped. */
  kill(): Promise<void>;
  /** Starts it again on the same data and url; resolves when it answers. Does nothing if running. */
  start(): Promise<void>;
  /**
   * Stops it and removes temporary files, including the data unless a folder was given. The end of our process does the
   * same.
   */
  [Symbol.asyncDispose](): Promise<void>;
}
