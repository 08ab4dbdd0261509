import { setTimeout as delay } from 'node:timers/promises';
import { connectRedis, type Durability, readRedisSettings } from '@fanfare/redis';
import { RedisFolderInUseError, RedisNotFoundError, type RedisServer, redisUrlOrPrivate } from '@fanfare/redis-server';
import type { Closer, Env } from '@fanfare/runtime';
import { DevError, shortPath, type Terminal } from '../terminal.ts';

/** The Redis of a development system. */
export interface DevRedis {
  url: string;
  /** A description of the server and its place, for the terminal. */
  where: string;
  /** How much survives a crash. */
  durability: Durability;
}

/** The inputs of `openDevRedis`. */
export interface RedisOptions {
  closer: Closer;
  terminal: Terminal;
  env: Env;
  /** The data folder of a private server. */
  folder: string;
}

/** The pause before a server that ended is started again. */
const RESTART_PAUSE_MS = 1000;

/**
 * Opens the Redis that REDIS_URL names, or a private one on `folder`, which is watched and restarted if it ends by
 * itself. Closing stops a private one.
 *
 * @throws DevError if there is no server to run, another process uses the folder, or the server cannot be reached.
 */
export async function openDevRedis({ closer, terminal, env, folder }: RedisOptions): Promise<DevRedis> {
  const log = (line: string) => terminal.progress(line);
  const redis = await redisUrlOrPrivate(env, { folder, log }).catch((error: Error) => {
    throw explained(error);
  });
  closer.add('redis', redis, (opened) => opened[Symbol.asyncDispose]());
  const { url, server } = redis;
  if (server) {
    const stop = closer.add('redis watch', new AbortController(), (controller) => controller.abort());
    void keepRunning(server, terminal, stop.signal);
  }
  const durability = await readDurability(env.QUEUE_REDIS_URL || url);
  return { url, where: server ? `private, data in ${shortPath(folder)}` : `${hostOf(url)} (REDIS_URL)`, durability };
}

function explained(error: Error): Error {
  if (error instanceof RedisNotFoundError) return new DevError(error.message);
  if (!(error instanceof RedisFolderInUseError)) return error;
  return new DevError(`${error.message}\nIs another "fanfare dev" running? Choose another folder with --data.`);
}

/** Our clients reconnect by themselves. If the server fails to start, another try follows after a pause. */
async function keepRunning(server: RedisServer, terminal: Terminal, stopped: AbortSignal): Promise<void> {
  for (;;) {
    const { signal, code } = await server.exited;
    if (stopped.aborted) return;
    terminal.line(terminal.paint('yellow', `Redis ended by itself (${signal ?? `code ${code}`}); restarting it.`));
    await server.start().catch((error: Error) => terminal.line(terminal.paint('red', error.message)));
    await delay(RESTART_PAUSE_MS, undefined, { signal: stopped }).catch(() => undefined);
  }
}

async function readDurability(url: string): Promise<Durability> {
  let trouble = 'no answer';
  const redis = await connectRedis(url, 'request', (error) => {
    trouble = error.message;
  }).catch((error: Error) => {
    throw new DevError(error.message);
  });
  try {
    await redis.ping();
    return (await readRedisSettings(redis)).durability;
  } catch {
    throw new DevError(`Redis at ${hostOf(url)} cannot be reached: ${trouble}`);
  } finally {
    redis.disconnect();
  }
}

/** The host, without credentials that a Redis URL may hold. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : 'REDIS_URL');
