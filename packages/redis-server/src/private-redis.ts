import { open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lockFolder } from './folder-lock.ts';
import { untilReady } from './readiness.ts';
import type { RedisBinary } from './redis-binary.ts';
import { redisConf, redisUrl, type ServerLocation } from './redis-conf.ts';
import type { RedisExit, RedisServer } from './redis-server.ts';
import { prepareTiedProcess, type TiedProcess } from './tied-process.ts';

interface Settings {
  binary: RedisBinary;
  args: string[];
  place: ServerLocation;
  /** Temporary folders, to remove at the end. */
  disposable: string[];
  log: (line: string) => void;
}

/** One run of the server's process, from the moment it may touch the data. */
interface Run {
  process: TiedProcess;
  /** Rejects if the server does not start. */
  ready: Promise<void>;
  exited: Promise<RedisExit>;
  stopping: boolean;
}

/** Redis stops within a fraction of a second, unless a script runs forever. */
const STOP_PATIENCE_MS = 5_000;

/** A RedisServer; stopped until `start` is called. */
export class PrivateRedis implements RedisServer {
  readonly url: string;
  readonly folder: string;
  readonly #settings: Settings;
  /** The current run; undefined while stopped. */
  #running: Promise<Run> | undefined;
  #latest: Run | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.url = redisUrl(settings.place);
    this.folder = settings.place.folder;
  }

  get pid(): number {
    return this.#last().process.pid;
  }

  get exited(): Promise<RedisExit> {
    return this.#last().exited;
  }

  async start(): Promise<void> {
    this.#running ??= this.#begin();
    const run = await this.#running;
    try {
      await run.ready;
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#settings.log(`redis: ${this.#settings.binary.version} runs on ${this.folder} (process ${run.process.pid})`);
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    for (const folder of this.#settings.disposable) await rm(folder, { recursive: true, force: true });
  }

  #last(): Run {
    if (!this.#latest) throw new Error('The server has not been started');
    return this.#latest;
  }

  /**
   * Locks the folder under the id of a process that still waits, so that nothing in it is touched before the lock is
   * ours.
   */
  async #begin(): Promise<Run> {
    try {
      const child = await this.#prepare();
      const { folder, socket } = this.#settings.place;
      try {
        const unlock = await lockFolder(folder, { pid: child.pid, socket, owner: process.pid });
        await writeFile(this.#config, redisConf(this.#settings.place), { mode: 0o600 });
        return this.#follow(child, unlock);
      } catch (error) {
        child.abandon();
        await child.ended;
        throw error;
      }
    } catch (error) {
      this.#running = undefined;
      throw error;
    }
  }

  async #prepare(): Promise<TiedProcess> {
    const { binary, args, place, disposable } = this.#settings;
    // LC_ALL: Redis refuses to start under a locale that is not installed.
    const env = { ...process.env, ...binary.env, LC_ALL: 'C' };
    const output = await open(join(place.folder, 'redis.log'), 'a', 0o600);
    try {
      return await prepareTiedProcess({
        command: binary.command,
        args: [this.#config, ...args],
        env,
        output: output.fd,
        leavings: disposable,
      });
    } finally {
      await output.close();
    }
  }

  get #config(): string {
    return join(this.#settings.place.folder, 'redis.conf');
  }

  #follow(child: TiedProcess, unlock: () => Promise<void>): Run {
    const exited = child.ended.then(async (end) => {
      // If removing the lock fails, the next starter recognises it as stale.
      await unlock().catch(() => {});
      this.#running = undefined;
      this.#settings.log(`redis: process ${child.pid} ended (${end.signal ?? `code ${end.code}`})`);
      return { ...end, expected: run.stopping };
    });
    child.go();
    const run: Run = { process: child, exited, ready: untilReady(this.#settings.place, exited), stopping: false };
    this.#latest = run;
    return run;
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const run = await this.#running?.catch(() => undefined);
    if (!run) return;
    run.stopping = true;
    run.process.signal(signal);
    const impatient = setTimeout(() => run.process.signal('SIGKILL'), STOP_PATIENCE_MS);
    await run.exited;
    clearTimeout(impatient);
  }
}
